using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>The heart of a follower, driven by hand.</summary>
public sealed class ReplicaCoreTests
{
    private static readonly MemberId Self = new(1);
    private static readonly MemberId Leader = new(2);

    [Fact]
    public void A_replica_restored_from_a_snapshot_serves_reads_without_waiting_for_a_write()
    {
        ReplicaCore core = Follower(snapshotIndex: 7);
        Read read = new();
        core.Submit(read);
        RaftMessage question = Assert.Single(Drain(core), message => message.Type == RaftMessageType.ReadIndex);

        core.Step(new RaftMessage
        {
            Type = RaftMessageType.ReadIndexResponse, From = Leader, To = Self, Index = 7, Context = question.Context,
        });
        Drain(core);

        Assert.True(read.IsReleased);
    }

    [Fact]
    public void A_read_waits_for_its_index()
    {
        ReplicaCore core = Follower(snapshotIndex: 7);
        Read read = new();
        core.Submit(read);
        RaftMessage question = Assert.Single(Drain(core), message => message.Type == RaftMessageType.ReadIndex);
        core.Step(new RaftMessage
        {
            Type = RaftMessageType.ReadIndexResponse, From = Leader, To = Self, Index = 8, Context = question.Context,
        });
        Drain(core);

        Assert.False(read.IsReleased);
    }

    [Fact]
    [Trait("Scenario", "14")]
    public void What_shows_no_progress_is_proposed_again_under_the_same_id_and_only_then()
    {
        ReplicaCore core = Follower(snapshotIndex: 7, retryTicks: 5);
        core.Submit(new Write());
        byte[] first = Assert.Single(Proposals(core));

        for (int tick = 0; tick < 4; tick++)
        {
            core.Tick();
            Assert.Empty(Proposals(core));
        }

        core.Tick();
        Assert.Equal(first, Assert.Single(Proposals(core)));
    }

    [Fact]
    public void Writes_in_flight_are_bounded_in_bytes_and_a_larger_one_goes_alone()
    {
        ReplicaCore core = Follower(snapshotIndex: 7, maxInFlightBytes: 100 + (2 * LogEntry.Overhead));
        Write[] writes = [new Write(200), new Write(40), new Write(40), new Write(40)];
        foreach (Write write in writes)
        {
            core.Submit(write);
        }

        Assert.Equal(200, Assert.Single(Proposals(core)).Length);
        core.Proposals.Take(1)!.TryComplete(default);
        Assert.Equal([40, 40], Proposals(core).Select(command => command.Length));
        core.Proposals.Take(2)!.TryComplete(default);
        Assert.Equal([40], Proposals(core).Select(command => command.Length));
    }

    [Fact]
    public void A_write_that_a_member_cannot_read_yet_is_refused_and_does_not_hold_up_others()
    {
        ReplicaCore core = Follower(snapshotIndex: 7);
        const byte Newer = CommandFormat.Newest + 1;
        RefusedWrite[] refused = [new(Newer), new(Newer)];
        core.Submit(refused[0]);
        core.Submit(new Write());
        core.Submit(refused[1]);
        core.Submit(new Write());

        Assert.Equal(2, Proposals(core).Count);
        Assert.Equal(0, core.Proposals.WaitingCount);
        foreach (RefusedWrite write in refused)
        {
            OperationNotSupportedException refusal = Assert.IsType<OperationNotSupportedException>(write.Failure);
            Assert.Equal(Newer, refusal.RequiredFormatVersion);
            Assert.Equal(CommandFormat.First, refusal.ClusterFormatVersion);
        }
    }

    [Fact]
    [Trait("Scenario", "14")]
    public void What_an_overloaded_leader_did_not_take_again_is_proposed_when_it_can()
    {
        // One write at a time is all that this leader takes.
        ReplicaCore core = Follower(snapshotIndex: 7, retryTicks: 5, maxUncommittedBytes: 1, maxProposeBytes: 1);
        core.Submit(new Write());
        core.Submit(new Write());
        Assert.Equal(2, Proposals(core).Count);

        core.Node.Campaign();
        Assert.Empty(Lead(core));
        core.Step(new RaftMessage
        {
            Type = RaftMessageType.VoteResponse, From = Leader, To = Self, Term = core.Node.Term,
        });
        Assert.Equal([1UL], Lead(core));

        // A younger write must not make the older one forgotten.
        core.Submit(new Write());
        Assert.Equal([2UL], Lead(core));
        Assert.Equal([3UL], Lead(core));
    }

    private static ReplicaCore Follower(
        ulong snapshotIndex, ulong retryTicks = 10, long maxInFlightBytes = 1 << 20,
        long maxUncommittedBytes = 1 << 20, int maxProposeBytes = 1 << 20)
    {
        SnapshotMetadata snapshot = new(
            new LogPosition(snapshotIndex, 1), ClusterConfiguration.OfVoters(Self, Leader, new MemberId(3)));
        RecoveredLog log = new(
            new HardState(1, MemberId.None, snapshotIndex, Self), snapshot.Position, snapshotIndex, []);
        RaftNode node = new(
            new RaftOptions
            {
                Id = Self, Seed = 1, ElectionTicks = 1_000, PreVote = false, MaxUncommittedBytes = maxUncommittedBytes,
            },
            log, snapshot, snapshot.Configuration);
        ReplicaCore core = new(
            new ReplicaCoreOptions
            {
                RetryTicks = retryTicks, MaxInFlightBytes = maxInFlightBytes, MaxProposeBytes = maxProposeBytes,
            },
            node, Self, 1);
        core.Step(new RaftMessage
        {
            Type = RaftMessageType.Heartbeat, From = Leader, To = Self, Term = 1, Commit = snapshotIndex,
        });
        Drain(core);
        return core;
    }

    private static List<RaftMessage> Drain(ReplicaCore core)
    {
        List<RaftMessage> messages = [];
        bool again;
        do
        {
            again = core.Pump();
            messages.AddRange(core.Effects.Messages);
            core.Effects.Clear();
        }
        while (again);

        return messages;
    }

    /// <summary>Carries out one turn of a leader with a follower that has everything at once.</summary>
    /// <returns>The numbers of the proposals that were applied.</returns>
    private static List<ulong> Lead(ReplicaCore core)
    {
        List<ulong> applied = [];
        core.Pump();
        AppendEffect? append = core.Effects.Append;
        core.Effects.Clear();
        if (append is null)
        {
            return applied;
        }

        core.AppendCompleted(append.Value.Id);
        core.Step(new RaftMessage
        {
            Type = RaftMessageType.AppendResponse, From = Leader, To = Self, Term = core.Node.Term,
            Index = core.Node.LastIndex,
        });
        foreach (ApplyEffect page in core.Effects.Applies)
        {
            foreach (LogEntry entry in page.Entries.Span)
            {
                if (entry.Kind == LogEntryKind.Command)
                {
                    CommandHeader.Read(entry.Data.Span, out ProposalId id);
                    applied.Add(id.Sequence);
                    core.Proposals.Take(id.Sequence)!.TryComplete(default);
                }
            }

            core.Applied(page.LastIndex, 0);
        }

        core.Effects.Clear();
        return applied;
    }

    private static List<byte[]> Proposals(ReplicaCore core) =>
    [
        .. Drain(core).Where(message => message.Type == RaftMessageType.Propose)
            .SelectMany(message => message.Entries.ToArray()).Select(entry => entry.Data.ToArray()),
    ];

    private sealed class Read : PendingRead
    {
        public bool IsReleased { get; private set; }

        protected override void OnReleased() => IsReleased = true;

        protected override void OnFailed(Exception exception) => Assert.Fail(exception.Message);
    }

    private sealed class Write : PendingProposal
    {
        // What the command does is nothing to the tracker; it only writes the id into its header.
        public Write(int length = 64) => Command = new byte[length];

        protected override void OnApplied(in ApplyResult result)
        {
        }

        protected override void OnFailed(Exception exception) => Assert.Fail(exception.Message);
    }

    private sealed class RefusedWrite : PendingProposal
    {
        public RefusedWrite(byte format)
        {
            Command = new byte[64];
            Format = format;
        }

        public Exception? Failure { get; private set; }

        protected override void OnApplied(in ApplyResult result) => Assert.Fail("It was executed.");

        protected override void OnFailed(Exception exception) => Failure = exception;
    }
}
