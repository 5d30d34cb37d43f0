using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Simulation.Checking;
using EmbeddedConsensus.Testing.Simulation.Faults;
using EmbeddedConsensus.Testing.Simulation.Workload;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>
/// One life of a replica, from its start to its crash: the production <see cref="ReplicaCore"/> and
/// <see cref="ReplicatedStateMachine"/>, and around them the work of the replica's threads as events of virtual time.
/// </summary>
internal sealed partial class ReplicaLife
{
    /// <summary>How long a call may wait, in ticks of its replica.</summary>
    public const int RequestTimeoutTicks = 100;

    private const int ElectionTicks = 10;
    private const long MaxTurnDelayMicros = 300;

    // The default of FasterStorageOptions.CommitTimeout: after so long the storage gives up on a disk that does not
    // answer.
    private const long DiskLimitMicros = 30_000_000;

    private readonly SimulatedCluster _cluster;
    private readonly ulong _incarnation;
    private readonly SimulatedLogBatcher _log;
    private readonly SimulatedSnapshotTasks _snapshots;
    private readonly LifeChecks _checks;
    private readonly UnproposedCalls _unproposed;
    private readonly QuorumContact _contact = new(ElectionTicks);
    private ulong _applied;
    private long _appliedBytes;
    private bool _turnIsDue;

    /// <summary>Recovers a replica from its disk.</summary>
    public ReplicaLife(SimulatedCluster cluster, SimulatedReplica replica)
    {
        _cluster = cluster;
        Replica = replica;
        RecoveredLog recovered = replica.Disk.Recover(replica.Clock.TimeOfDay(cluster.Now)).Decode();
        SnapshotMetadata? snapshot = replica.Disk.NewestSnapshot?.Metadata;
        _incarnation = replica.Disk.Incarnation;
        _unproposed = new UnproposedCalls(cluster, replica.Id, _incarnation);
        _log = new SimulatedLogBatcher(replica.Disk, this);
        _snapshots = new SimulatedSnapshotTasks(cluster, this);
        ReplicatedStateMachine machine = replica.Disk.NewestSnapshot is { } newest
            ? SimulatedSnapshotTasks.Load(newest, cluster, replica)
            : new ReplicatedStateMachine(cluster.StoreOptions)
            {
                NewestFormat = replica.Release,
                MaxEndingKeys = ReferenceLeases.MaxEndingKeys,
            };
        ClusterConfiguration known = RecoveredMembership.BaseOf(
            RecoveredMembership.Of(recovered, snapshot), replica.Bootstrap);
        RaftNode node = new(RaftOptionsOf(cluster, replica), recovered, snapshot, known);
        Core = new ReplicaCore(CoreOptionsOf(cluster.Profile, replica), node, replica.Id, _incarnation);
        Apply = new SimulatedApplyLoop(cluster, this, machine, _incarnation);
        _applied = machine.Applied.Index;
        AppliedToCore = _applied;
        _checks = new LifeChecks(
            cluster, this, _incarnation, new LogMirror(recovered, snapshot?.Position ?? default));
    }

    /// <summary>Whose life.</summary>
    public SimulatedReplica Replica { get; }

    /// <summary>The replica's core.</summary>
    public ReplicaCore Core { get; }

    /// <summary>What it has applied.</summary>
    public SimulatedApplyLoop Apply { get; }

    /// <summary>The driver's mistake.</summary>
    public SimulatedDefect Defect => _cluster.Options.Defect;

    /// <summary>The last index that the core knows to be applied.</summary>
    public ulong AppliedToCore { get; private set; }

    /// <summary>How many ticks the life has seen.</summary>
    public long Ticks { get; private set; }

    /// <summary>Whether its storage has failed: it votes, acknowledges and answers no more (scenario 38).</summary>
    public bool IsFaulted { get; private set; }

    /// <summary>Starts the clock.</summary>
    public void Begin()
    {
        Replica.Clock.Start(_cluster.Now);
        Later(Replica.Random.Between(0, SimulatedClock.TickMicros), EventKind.Tick, Tick);
        RequestTurn();
        Pass(CrashPoint.Recovered);
    }

    /// <summary>Ends the life: what was not flushed is lost, in whole or in part.</summary>
    public void Crash(SimulationRandom diskRandom)
    {
        double keepRate = _cluster.Profile.KeepUnflushedRate;
        _log.Crash(diskRandom, keepRate);
        _snapshots.Crash(diskRandom, keepRate);
        Apply.Dispose();
    }

    /// <summary>The storage failed: the life does nothing more, until the operator ends it.</summary>
    public void Fault(StorageException exception)
    {
        if (IsFaulted)
        {
            return;
        }

        IsFaulted = true;
        _cluster.Statistics.StorageFaults++;
        _cluster.Note($"replica {Replica.Id} is faulted: {exception.Message}");
        Core.FailAll(new ReplicaFaultedException(exception.Message, exception));
        Apply.Watches.End(exception);
        _cluster.ReplicaEnded(this);
        Replica.RestartFaulted(this);
    }

    /// <summary>The replica is at a place where its process can end.</summary>
    /// <exception cref="SimulatedCrashException">It has ended.</exception>
    public void Pass(CrashPoint point)
    {
        if (_cluster.Faults.CrashesAt(point, Replica))
        {
            throw new SimulatedCrashException();
        }
    }

    /// <summary>Lets something happen later in this life.</summary>
    public void Later(long delayMicros, EventKind kind, Action action) =>
        Replica.Later(this, delayMicros, kind, action);

    /// <summary>Lets something happen when the disk has done its work; later when it hangs, and if it hangs for too
    /// long the storage has failed.</summary>
    public void OnDisk(long delayMicros, EventKind kind, Action action) => Later(delayMicros, kind, () =>
    {
        long hangs = Replica.Disk.HangsUntil - _cluster.Now;
        if (hangs <= 0)
        {
            action();
        }
        else if (hangs < DiskLimitMicros)
        {
            OnDisk(hangs, kind, action);
        }
        else
        {
            Later(DiskLimitMicros, kind, () => Fault(new StorageException("The disk does not answer.")));
        }
    });

    /// <summary>A caller writes.</summary>
    public void Submit(SimulatedWrite write)
    {
        _unproposed.Add(write);
        Replica.Run(this, () => Submit(write, () => Core.Submit(write)));
    }

    /// <summary>This replica proposes something for the leases.</summary>
    public void Submit(LeaseProposal proposal)
    {
        if (Core.Admission.TryAdmit(proposal))
        {
            _unproposed.Add(proposal);
            Core.Submit(proposal);
            RequestTurn();
        }
    }

    /// <summary>A caller reads, linearizably.</summary>
    public void Submit(SimulatedRead read)
    {
        if (Defect == SimulatedDefect.ReadWithoutReadIndex)
        {
            read.TryRelease();
        }
        else
        {
            Replica.Run(this, () => Submit(read, () => Core.Submit(read)));
        }
    }

    /// <summary>The operator changes the membership.</summary>
    public void Submit(PendingConfigurationChange change) =>
        Replica.Run(this, () => Submit(change, () => Core.Submit(change)));

    private void Submit(PendingCall call, Action submit)
    {
        if (Core.Admission.TryAdmit(call))
        {
            Input(submit);
        }
    }

    /// <summary>A message arrives.</summary>
    public void Receive(RaftMessage message) => Input(() =>
    {
        _contact.Receive(Core.Node, message);
        Core.Step(message);
    });

    /// <summary>An append is durable.</summary>
    public void AppendCompleted(ulong id) => Input(() =>
    {
        Core.AppendCompleted(id);
        Pass(CrashPoint.AppendReported);
    });

    /// <summary>Everything up to an index is applied and published.</summary>
    public void Applied(ulong index, long bytes, long delayMicros)
    {
        _applied = index;
        _appliedBytes += bytes;
        Later(delayMicros, EventKind.Apply, () => Input(TakeApplied));
    }

    /// <summary>A snapshot of this replica's own is published.</summary>
    public void SnapshotTaken(SnapshotMetadata metadata, long length) => Input(() =>
    {
        // A replica with a snapshot of an entry has applied it; the core may not know it yet.
        TakeApplied();
        Core.SnapshotTaken(metadata, length);
        _cluster.Statistics.SnapshotsTaken++;
        Pass(CrashPoint.SnapshotReported);
    });

    /// <summary>The state machine was restored from a snapshot of the leader.</summary>
    public void Restored(SnapshotReceiveEffect step, ProposalSessions sessions) => Input(() =>
    {
        _applied = step.Metadata.Position.Index;
        AppliedToCore = _applied;
        Core.SnapshotRestored(step, sessions);
        _cluster.Statistics.SnapshotsRestored++;
        _cluster.Note($"replica {Replica.Id} is restored to {step.Metadata.Position.Index}");
        Pass(CrashPoint.ReceiveReported);
    });

    /// <summary>Passes an input to the core, and takes a turn: at once, or after some more inputs.</summary>
    public void Input(Action input)
    {
        input();
        if (Replica.Random.Chance(_cluster.Profile.BatchRate))
        {
            RequestTurn();
        }
        else
        {
            Turn();
        }
    }

    /// <summary>Its state, for the message about a broken promise.</summary>
    public override string ToString()
    {
        RaftStatus status = Core.Node.Status;
        return $"{status.Role} of term {status.Term}, leader {status.Leader}, log ({status.FirstIndex - 1}, "
            + $"{status.LastIndex}], durable {status.StableIndex}, commit {status.Commit}, applied {status.Applied}, "
            + $"published {Apply.PublishedIndex}, {Core.Proposals.WaitingCount} writes wait, "
            + $"{Core.Proposals.InFlightCount} are in flight, {Core.Reads.Count} reads wait"
            + $", founding {Core.Node.FounderReport.Stage}, voters {string.Join(" ", Core.Node.Configuration.Voters)}"
            + string.Concat(status.Peers.Select(peer => $", {peer}"));
    }

    private void TakeApplied()
    {
        if (_applied > AppliedToCore)
        {
            AppliedToCore = _applied;
            Core.Applied(_applied, _appliedBytes);
            _appliedBytes = 0;
        }
    }

    private void RequestTurn()
    {
        if (!_turnIsDue)
        {
            _turnIsDue = true;
            Later(Replica.Random.Between(0, MaxTurnDelayMicros), EventKind.Turn, () =>
            {
                _turnIsDue = false;
                Turn();
            });
        }
    }

    private void Tick()
    {
        Later(Replica.Clock.MicrosToNextTick, EventKind.Tick, Tick);
        int ticks = Replica.Clock.TakeTicks(_cluster.Now, _cluster.Profile.MaxTicksPerTurn);
        if (ticks > 0)
        {
            Input(() =>
            {
                for (int i = 0; i < ticks; i++)
                {
                    Core.Tick();
                    Ticks++;
                    _contact.Tick(Replica.Id, Core.Node);
                }

                Apply.TendLeases();
            });
            AskFounders();
        }
    }

    private void Turn()
    {
        bool again;
        do
        {
            TimeSpan clock = Replica.Clock.Monotonic(_cluster.Now);
            Core.ObserveClock(Defect == SimulatedDefect.SlowLeaseClock ? clock / 10 : clock);
            again = Core.Pump();
            _unproposed.Note(Core.Proposals);
            _checks.CheckTurn();
            Pass(CrashPoint.TurnTaken);
            Execute(Core.Effects);
            Core.Effects.Clear();
            Pass(CrashPoint.TurnEnded);
            if (Core.Node.Membership is MembershipState.Removed or MembershipState.Refused)
            {
                Replica.Leave(this);
                throw new SimulatedCrashException();
            }
        }
        while (again);

        if (Core.SnapshotIsDue)
        {
            Core.SnapshotBegun();
            Apply.Capture(_snapshots.Write);
        }
    }

    private void Execute(RaftEffects effects)
    {
        bool sendsFirst = Replica.Random.Chance(0.5);
        if (sendsFirst)
        {
            Send(effects);
        }

        if (effects.Append is { } append)
        {
            bool isConfiguration = _checks.CheckAppend(append);
            _log.Append(append);
            Pass(isConfiguration ? CrashPoint.ConfigurationIssued : CrashPoint.AppendIssued);
        }

        if (effects.LogDrop is { } drop)
        {
            _checks.Drop(drop.Through);
            _log.Drop(drop);
            Pass(CrashPoint.DropIssued);
        }

        if (!sendsFirst)
        {
            Send(effects);
        }

        effects.Applies.ForEach(Apply.Page);
        effects.LogReads.ForEach(ReadLog);
        effects.SnapshotReads.ForEach(_snapshots.Read);
        effects.SnapshotReceives.ForEach(_snapshots.Receive);
    }

    private void Send(RaftEffects effects)
    {
        foreach (RaftMessage message in effects.Messages)
        {
            _cluster.Invariants.OnSend(message);
            if (message.Type == RaftMessageType.Propose)
            {
                _checks.CheckProposals(message.Entries.Span);
            }

            _cluster.Network.Send(Replica.Number, message);
            Pass(message is { Type: RaftMessageType.VoteResponse, Reject: false }
                ? CrashPoint.VoteSent
                : CrashPoint.MessageSent);
        }
    }

    private void ReadLog(LogReadEffect read) => OnDisk(Replica.FlushMicros(), EventKind.Read, () =>
    {
        LogEntry[] entries = Replica.Disk.Read(read.FirstIndex, read.LastIndex, read.MaxBytes);
        Input(() => Core.Node.LogReadCompleted(new LogReadResult(read.Id, entries)));
    });
}
