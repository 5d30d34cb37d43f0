using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Membership;

namespace EmbeddedConsensus.Tests.Membership;

/// <summary>A lagging member needs a way to a leader that its own configuration does not contain, or has at another
/// address.</summary>
public sealed class PeerDirectoryTests
{
    private readonly PeerDirectory _directory = new(new MemberId(1));

    [Fact]
    public void What_others_know_stands_beside_an_older_configuration_until_that_has_caught_up()
    {
        _directory.Use([Member(2, "two")]);
        _directory.Introduce(Configuration(Member(1, "one"), Member(2, "two"), Member(5, "five")));
        Assert.Equal(["2 two", "5 five"], Known());

        // A snapshot brings an older configuration: the leader stays within reach.
        _directory.Use([Member(2, "two"), Member(3, "three")]);
        Assert.Equal(["2 two", "3 three", "5 five"], Known());

        Assert.True(_directory.ForgetIntroduced());
        Assert.False(_directory.ForgetIntroduced());
        Assert.Equal(["2 two", "3 three"], Known());
    }

    [Fact]
    public void A_newer_address_counts_against_the_one_of_an_older_configuration()
    {
        _directory.Introduce(Configuration(Member(2, "moved")));
        _directory.Use([Member(2, "old")]);

        Assert.Equal("moved", _directory.Find(new MemberId(2)));
        _directory.ForgetIntroduced();
        Assert.Equal("old", _directory.Find(new MemberId(2)));
    }

    [Fact]
    public void The_address_a_member_announces_counts_until_the_membership_says_otherwise()
    {
        _directory.Use([Member(2, "old"), Member(3, "third")]);
        Assert.False(_directory.Tell(new MemberId(9), "stranger"));
        Assert.False(_directory.Tell(new MemberId(2), "old"));
        Assert.True(_directory.Tell(new MemberId(2), "told"));
        Assert.Equal("told", _directory.Find(new MemberId(2)));

        // The same record again changes nothing; another one does.
        _directory.Use([new ClusterMember(new MemberId(2), "old", HasStarted: true)]);
        Assert.Equal("told", _directory.Find(new MemberId(2)));
        Assert.Null(_directory.Find(new MemberId(3)));
        _directory.Use([Member(2, "recorded")]);
        Assert.Equal("recorded", _directory.Find(new MemberId(2)));
    }

    private static ClusterMember Member(ulong id, string address) => new(new MemberId(id), address);

    private static ClusterConfiguration Configuration(params ClusterMember[] members) =>
        new() { Members = [.. members] };

    private IEnumerable<string> Known() => _directory.Peers.Select(peer => $"{peer.Id} {peer.Address}");
}
