using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>What a replica that does not lead hands to the leader, and what its callers are told when that takes
/// nothing.</summary>
public sealed class ForwardingTests
{
    private const int Length = 1_000;
    private const int RequestTicks = 70;

    private static readonly ReplicaCoreOptions Options = new()
    {
        RequestTimeoutTicks = RequestTicks,
        RetryTicks = 10,
        PauseTicks = 1,
        MaxProposeBytes = 2 * (Length + LogEntry.Overhead),
        MaxForwardedBytes = 4 * (Length + LogEntry.Overhead),
        MaxForwardedBatches = 3,
    };

    private static readonly MemberId Leader = ForwardingCluster.Leader;
    private static readonly MemberId Follower = ForwardingCluster.Follower;

    [Fact]
    [Trait("Scenario", "52")]
    public void What_is_on_the_way_to_the_leader_is_bounded_in_bytes()
    {
        ForwardingCluster cluster = new(Options, 1 << 20) { Loses = IsProposal };
        cluster.Write(Follower, 20, Length);
        cluster.Run(1);

        Assert.Equal(4, CountProposed(cluster));
    }

    [Fact]
    [Trait("Scenario", "52")]
    public void What_is_on_the_way_to_the_leader_is_bounded_in_messages()
    {
        ForwardingCluster cluster = new(Options, 1 << 20) { Loses = IsProposal };
        for (int i = 0; i < 10; i++)
        {
            cluster.Write(Follower, 1, 64);
            cluster.Run(1);
        }

        Assert.Equal(3, Proposals(cluster).Count());
    }

    [Fact]
    [Trait("Scenario", "52")]
    public void A_new_leader_gets_what_was_in_flight_through_the_same_window()
    {
        // What this member had proposed as a leader is more than it may have on the way as a follower.
        ForwardingCluster cluster = new(Options with { RequestTimeoutTicks = 0 }, 1 << 20);
        cluster.Loses = static message => message.Type == RaftMessageType.AppendResponse;
        ForwardedWrite[] writes = cluster.Write(Leader, 20, Length);
        cluster.Run(1);
        cluster.Loses = static _ => true;
        while (cluster.Core(Leader).Node.Role == RaftRole.Leader)
        {
            cluster.Run(1);
        }

        cluster.Core(Follower).Node.Campaign();
        cluster.Loses = static message => message.Type is RaftMessageType.Propose or RaftMessageType.AppendResponse;
        cluster.Run(3);
        Assert.Equal(4, CountProposed(cluster));

        cluster.Loses = static _ => false;
        cluster.Run(100);
        Assert.All(writes, write => Assert.True(write.IsDone));
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (ulong)i), cluster.Executed.Select(id => id.Sequence));
    }

    [Fact]
    [Trait("Scenario", "14")]
    public void A_batch_that_later_ones_overtook_is_sent_again_after_a_heartbeat()
    {
        ForwardingCluster cluster = new(Options, 1 << 20);
        int lost = 0;
        cluster.Loses = message => IsProposal(message) && lost++ == 0;
        ForwardedWrite[] writes = cluster.Write(Follower, 20, Length);
        cluster.Run(5);

        Assert.All(writes, write => Assert.True(write.IsDone));
        Assert.Equal(20, cluster.Executed.Distinct().Count());
        Assert.Equal(20, cluster.Executed.Count);
    }

    [Fact]
    [Trait("Scenario", "14")]
    public void A_batch_that_the_transport_dropped_is_sent_again_after_a_heartbeat()
    {
        ForwardingCluster cluster = new(Options, 1 << 20) { Loses = IsProposal };
        ForwardedWrite write = Assert.Single(cluster.Write(Follower, 1, Length));
        cluster.Run(1);
        cluster.Core(Follower).ProposalsDropped(Proposals(cluster).Single().Context);
        cluster.Loses = static _ => false;
        cluster.Run(2);

        Assert.True(write.IsDone);
        Assert.Single(cluster.Executed);
    }

    [Fact]
    [Trait("Scenario", "52")]
    public void Callers_of_a_follower_whose_leader_has_no_room_are_told_so_and_their_writes_never_run()
    {
        // The third member is down, and the follower's acknowledgements are lost: nothing commits.
        ForwardingCluster cluster = new(Options, maxUncommittedBytes: 5 * (Length + LogEntry.Overhead));
        cluster.Loses = static message => message.Type == RaftMessageType.AppendResponse;
        cluster.Write(Leader, 5, Length);
        cluster.Run(1);
        ForwardedWrite[] writes = cluster.Write(Follower, 100, Length);
        cluster.Run(RequestTicks);

        Assert.All(writes[4..], write => Assert.IsType<TooManyRequestsException>(write.Failure));

        // These were handed over. That the leader refused each message says nothing about a copy of it.
        Assert.All(writes[..4], write => Assert.IsType<OutcomeUnknownException>(write.Failure));
        Assert.InRange(Proposals(cluster).Count(), 3, RequestTicks + 3);

        cluster.Loses = static _ => false;
        cluster.Run(100);
        ForwardedWrite later = Assert.Single(cluster.Write(Follower, 1, Length));
        cluster.Run(5);
        Assert.True(later.IsDone);
        ulong[] executed = [.. cluster.Executed.Where(id => id.Origin == Follower).Select(id => id.Sequence).Order()];
        Assert.Equal([1UL, 2, 3, 4, 5], executed);
        Assert.Equal(10, cluster.Executed.Distinct().Count());
        Assert.Equal(10, cluster.Executed.Count);
    }

    [Fact]
    [Trait("Scenario", "52")]
    public void What_a_leader_refused_gets_in_soon_after_there_is_room()
    {
        ForwardingCluster cluster = new(Options, maxUncommittedBytes: 5 * (Length + LogEntry.Overhead));
        cluster.Loses = static message => message.Type == RaftMessageType.AppendResponse;
        cluster.Write(Leader, 5, Length);
        cluster.Run(1);
        ForwardedWrite[] writes = cluster.Write(Follower, 4, Length);
        cluster.Run(20);
        cluster.Loses = static _ => false;
        cluster.Run(5);

        Assert.All(writes, write => Assert.True(write.IsDone));
    }

    [Fact]
    [Trait("Scenario", "52")]
    public void Callers_of_a_leader_without_room_are_told_so_too()
    {
        ForwardingCluster cluster = new(Options, maxUncommittedBytes: 5 * (Length + LogEntry.Overhead));
        cluster.Loses = static message => message.Type == RaftMessageType.AppendResponse;
        ForwardedWrite[] writes = cluster.Write(Leader, 20, Length);
        cluster.Run(RequestTicks);

        Assert.All(writes[5..], write => Assert.IsType<TooManyRequestsException>(write.Failure));
    }

    [Fact]
    [Trait("Scenario", "16")]
    public void Without_a_leader_the_quorum_is_what_is_missing()
    {
        ForwardingCluster cluster = new(Options, 1 << 20) { Loses = static _ => true };
        cluster.Run(20);
        ForwardedWrite write = Assert.Single(cluster.Write(Leader, 1, Length));
        cluster.Run(RequestTicks);

        Assert.IsType<QuorumUnavailableException>(write.Failure);
    }

    private static bool IsProposal(RaftMessage message) => message.Type == RaftMessageType.Propose;

    private static IEnumerable<RaftMessage> Proposals(ForwardingCluster cluster) => cluster.Sent.Where(IsProposal);

    private static int CountProposed(ForwardingCluster cluster) =>
        Proposals(cluster).Sum(message => message.Entries.Length);
}
