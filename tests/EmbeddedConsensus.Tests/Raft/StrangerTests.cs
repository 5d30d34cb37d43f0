using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>What a sender that no known configuration names may do (design decision D18).</summary>
public sealed class StrangerTests
{
    private const ulong Stranger = 77;
    private const ulong ClusterId = 1;

    public static TheoryData<string> Types => [.. Enum.GetNames<RaftMessageType>()];

    [Theory]
    [MemberData(nameof(Types))]
    [Trait("Case", "T2")]
    public void No_message_of_a_stranger_raises_the_term_or_is_answered(string type)
    {
        LoneNode lone = new(term: 3, log: [1, 3]);
        foreach (ulong clusterId in new ulong[] { 0, ClusterId })
        {
            // With the cluster's id an unknown sender may be a member that was added since: no term that a member could
            // have missed lies so far ahead.
            Assert.Empty(lone.Receive(Stranger, MessageOf(type) with { Term = 1UL << 63, ClusterId = clusterId }));
        }

        Assert.Equal(3UL, lone.Node.Term);
        Assert.True(lone.Node.Leader.IsNone);
        Assert.Equal(MembershipState.Member, lone.Node.Membership);
    }

    [Theory]
    [MemberData(nameof(Types))]
    [Trait("Case", "T5")]
    public void No_message_of_a_stranger_in_the_current_term_trips_an_invariant_of_a_leader(string type)
    {
        LoneNode lone = new();
        lone.BecomeLeader();
        lone.Acknowledge(2, 1);

        lone.Receive(Stranger, MessageOf(type) with { Term = lone.Node.Term });
        lone.Receive(Stranger, MessageOf(type) with { Term = lone.Node.Term, Commit = 9, Index = 9, LogTerm = 9 });

        Assert.Equal(RaftRole.Leader, lone.Node.Role);
        Assert.Equal(1UL, lone.Node.CommitIndex);
    }

    [Theory]
    [MemberData(nameof(Types))]
    [Trait("Case", "T5")]
    public void No_message_of_a_stranger_changes_a_follower(string type)
    {
        LoneNode lone = new(term: 1, log: [1]);
        lone.Receive(2, new RaftMessage { Type = RaftMessageType.Heartbeat, Term = 1, ClusterId = ClusterId });

        // An entry in place of a committed one, a commit index beyond the log, and the news that it was removed.
        Assert.Empty(lone.Receive(Stranger, MessageOf(type) with
        {
            Term = 1, Commit = 50, Index = 50, Context = 1, Entries = LoneNode.Entries(51, 1),
        }));

        Assert.Equal(new MemberId(2), lone.Node.Leader);
        Assert.Equal(1UL, lone.Node.LastIndex);
        Assert.Equal(MembershipState.Member, lone.Node.Membership);
    }

    [Fact]
    [Trait("Case", "T2")]
    public void A_member_that_lags_votes_for_one_that_was_added_since_and_follows_it()
    {
        LoneNode lone = new(term: 3, log: [1, 3]);

        RaftMessage vote = Assert.Single(lone.Receive(4, new RaftMessage
        {
            Type = RaftMessageType.Vote, Term = 5, Index = 9, LogTerm = 4, ClusterId = ClusterId,
        }));
        lone.Receive(4, new RaftMessage { Type = RaftMessageType.Heartbeat, Term = 5, ClusterId = ClusterId });

        Assert.False(vote.Reject);
        Assert.Equal(5UL, lone.Node.Term);
        Assert.Equal(new MemberId(4), lone.Node.Leader);
    }

    /// <summary>A joiner knows no cluster's id yet, and may be within reach of two clusters of one name.</summary>
    [Fact]
    [Trait("Case", "T1")]
    public void A_joiner_follows_the_first_leader_it_hears_and_ignores_another_clusters()
    {
        RaftNode joiner = new(
            new RaftOptions { Id = new MemberId(9), Seed = 1 }, RecoveredLog.Empty, null, new ClusterConfiguration());

        joiner.Step(HeartbeatOf(leader: 2, ClusterId));
        joiner.Step(HeartbeatOf(leader: 5, ClusterId + 1));

        Assert.Equal(new MemberId(2), joiner.Leader);
    }

    private static RaftMessage HeartbeatOf(ulong leader, ulong clusterId) => new()
    {
        Type = RaftMessageType.Heartbeat, From = new MemberId(leader), To = new MemberId(9), Term = 1,
        ClusterId = clusterId,
    };

    private static RaftMessage MessageOf(string type) => new()
    {
        Type = Enum.Parse<RaftMessageType>(type), Context = 1, Index = 1,
    };
}
