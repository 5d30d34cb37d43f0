using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>A write whose call ended without an answer after it was proposed: it has been executed or never will be,
/// and the replica finds out which.</summary>
public sealed class RetractionTests
{
    private const int Length = 1_000;
    private const int RequestTicks = 20;
    private const int RetryTicks = 10;

    private static readonly ReplicaCoreOptions Options = new()
    {
        RequestTimeoutTicks = RequestTicks, RetryTicks = RetryTicks,
    };

    private static readonly MemberId Leader = ForwardingCluster.Leader;
    private static readonly MemberId Follower = ForwardingCluster.Follower;
    private static readonly ProposalOutcome Never = new(WasExecuted: false, 0);
    private static readonly ProposalOutcome Executed = new(WasExecuted: true, 7);

    [Fact]
    [Trait("Case", "T8")]
    public void A_write_that_was_lost_on_the_way_and_timed_out_is_never_executed()
    {
        ForwardingCluster cluster = new(Options, 1 << 20) { Loses = IsProposal };
        ForwardedWrite[] writes = cluster.Write(Follower, 3, Length);
        cluster.Run(RequestTicks + 1);
        Assert.All(writes, write => Assert.IsType<OutcomeUnknownException>(write.Failure));
        Assert.All(writes, write => Assert.Null(write.Outcome));

        cluster.Loses = static _ => false;
        cluster.Run(8 * RetryTicks);

        Assert.Empty(cluster.Executed);
        Assert.Equal([1UL, 2, 3], cluster.Retracted.Select(id => id.Sequence));
        Assert.All(writes, write => Assert.Equal(Never, write.Outcome));
        Assert.Equal(0, cluster.Core(Follower).Proposals.InFlightCount);
    }

    [Fact]
    [Trait("Case", "T8")]
    public void A_cancelled_write_is_retracted_and_those_beside_it_are_executed()
    {
        ForwardingCluster cluster = new(Options with { RequestTimeoutTicks = 0 }, 1 << 20) { Loses = IsProposal };
        ForwardedWrite[] writes = cluster.Write(Follower, 3, Length);
        cluster.Run(1);
        writes[1].Cancel();
        cluster.Loses = static _ => false;
        cluster.Run(2 * RetryTicks);

        Assert.Equal([1UL, 3], cluster.Executed.Select(id => id.Sequence));
        Assert.Equal(Never, writes[1].Outcome);
        Assert.True(writes[0].IsDone && writes[2].IsDone);
    }

    [Fact]
    [Trait("Case", "T14")]
    public void A_write_that_no_member_can_execute_fails_and_does_not_hold_up_those_beside_it()
    {
        ForwardingCluster cluster = new(Options with { RequestTimeoutTicks = 0 }, 1 << 20);
        ForwardedWrite unsound = new(Length);
        unsound.Command.Span[CommandHeader.Length + 1] = 0;
        ForwardedWrite[] before = cluster.Write(Follower, 1, Length);
        cluster.Core(Follower).Submit(unsound);
        ForwardedWrite[] after = cluster.Write(Follower, 1, Length);
        cluster.Run(2 * RetryTicks);

        Assert.IsType<InvariantViolationException>(unsound.Failure);
        Assert.Equal(Never, unsound.Outcome);
        Assert.True(before[0].IsDone && after[0].IsDone);
        Assert.Equal([1UL, 3], cluster.Executed.Select(id => id.Sequence));
        Assert.Equal(2, cluster.Sent.Count(IsProposal));
    }

    [Fact]
    [Trait("Case", "T8")]
    public void A_write_that_arrives_after_its_retraction_is_dropped()
    {
        ForwardingCluster cluster = new(Options, 1 << 20) { Loses = IsProposal };
        ForwardedWrite write = Assert.Single(cluster.Write(Follower, 1, Length));
        cluster.Run(1);
        RaftMessage delayed = Assert.Single(cluster.Sent, IsProposal);
        write.Cancel();
        cluster.Loses = static _ => false;
        cluster.Run(2 * RetryTicks);
        Assert.Equal(Never, write.Outcome);

        ulong before = cluster.Core(Leader).Node.LastIndex;
        cluster.Deliver(delayed);
        cluster.Run(3);

        Assert.Equal(before + 1, cluster.Core(Leader).Node.LastIndex);
        Assert.Empty(cluster.Executed);
        Assert.Equal(Never, write.Outcome);
    }

    [Fact]
    [Trait("Case", "T8")]
    public void A_write_that_is_in_the_log_when_its_call_ends_is_executed_and_resolved_with_its_revision()
    {
        ForwardingCluster cluster = new(Options, 1 << 20);
        cluster.Loses = static message => message.Type == RaftMessageType.AppendResponse;
        ForwardedWrite atFollower = Assert.Single(cluster.Write(Follower, 1, Length));
        ForwardedWrite atLeader = Assert.Single(cluster.Write(Leader, 1, Length));
        cluster.Run(1);
        atFollower.Cancel();
        atLeader.Cancel();
        cluster.Loses = static _ => false;
        cluster.Run(4 * RetryTicks);

        Assert.Equal(2, cluster.Executed.Count);
        Assert.Equal((Executed, Executed), (atFollower.Outcome, atLeader.Outcome));
    }

    [Fact]
    [Trait("Case", "T8")]
    public void A_retraction_that_gets_lost_is_proposed_again()
    {
        ForwardingCluster cluster = new(Options, 1 << 20) { Loses = IsProposal };
        ForwardedWrite write = Assert.Single(cluster.Write(Follower, 1, Length));
        cluster.Run(1);
        write.Cancel();
        cluster.Run(20 * RetryTicks);
        Assert.All(
            cluster.Sent.Where(IsProposal).Skip(1),
            message => Assert.Equal(OperationKind.Retract, KindOf(Assert.Single(message.Entries.ToArray()))));

        cluster.Loses = static _ => false;
        cluster.Run(5 * RetryTicks);
        Assert.Equal(Never, write.Outcome);
    }

    [Fact]
    [Trait("Case", "T8")]
    public void A_new_leader_gets_the_retraction_and_not_the_write()
    {
        ForwardingCluster cluster = new(Options with { RequestTimeoutTicks = 0 }, 1 << 20) { Loses = IsProposal };
        ForwardedWrite write = Assert.Single(cluster.Write(Follower, 1, Length));
        cluster.Run(1);
        write.Cancel();
        cluster.Loses = static _ => true;
        while (cluster.Core(Leader).Node.Role == RaftRole.Leader)
        {
            cluster.Run(1);
        }

        cluster.Loses = static _ => false;
        cluster.Core(Follower).Node.Campaign();
        cluster.Run(5);

        Assert.Equal(RaftRole.Leader, cluster.Core(Follower).Node.Role);
        Assert.Empty(cluster.Executed);
        Assert.Equal(Never, write.Outcome);
    }

    [Fact]
    [Trait("Case", "T8")]
    public void A_large_write_whose_call_has_ended_leaves_the_window_to_others()
    {
        ForwardingCluster cluster = new(Options with { MaxInFlightBytes = 2 * Length }, 1 << 20) { Loses = IsProposal };
        cluster.Write(Follower, 1, 3 * Length);
        cluster.Run(RequestTicks + RetryTicks + 1);
        cluster.Write(Follower, 1, Length);
        cluster.Run(1);

        Assert.Equal(2, cluster.Core(Follower).Proposals.InFlightCount);
    }

    [Fact]
    [Trait("Case", "T8")]
    public void A_snapshot_tells_what_became_of_the_writes_that_it_contains()
    {
        ForwardingCluster cluster = new(Options with { RequestTimeoutTicks = 0 }, 1 << 20) { Loses = IsProposal };
        ForwardedWrite[] writes = cluster.Write(Follower, 4, Length);
        cluster.Run(1);
        writes[0].Cancel();
        writes[1].Cancel();
        ProposalSessions sessions = new();
        Apply(sessions, 1, Never);
        Apply(sessions, 2, Executed);
        Apply(sessions, 3, Executed);

        cluster.Core(Follower).Proposals.SnapshotRestored(sessions.Copy());

        Assert.Equal([Never, Executed, Executed, null], writes.Select(write => write.Outcome));
        Assert.IsType<OutcomeUnknownException>(writes[2].Failure);
        Assert.Null(writes[3].Failure);
    }

    private static void Apply(ProposalSessions sessions, ulong sequence, ProposalOutcome outcome)
    {
        ProposalId id = new(Follower, 1, sequence);
        Assert.True(sessions.TryMark(id));
        sessions.SetOutcome(id, outcome);
    }

    private static bool IsProposal(RaftMessage message) => message.Type == RaftMessageType.Propose;

    private static OperationKind KindOf(LogEntry entry) => CommandHeader.Read(entry.Data.Span, out _);
}
