using System.Buffers;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Writes, sends and receives the snapshots of one life of a replica, as the host does beside its other
/// work.</summary>
internal sealed class SimulatedSnapshotTasks(SimulatedCluster cluster, ReplicaLife life)
{
    private const int PieceBytes = 512;

    private readonly Queue<SnapshotReceiveEffect> _steps = new();
    private readonly List<SimulatedSnapshot> _publishing = [];
    private readonly HashSet<StateSnapshot> _pinned = [];
    private ArrayBufferWriter<byte>? _received;
    private SimulatedSnapshot? _sent;
    private ReplicatedStateMachine? _prepared;
    private bool _isReceiving;

    /// <summary>Builds the state machine that a snapshot describes.</summary>
    public static ReplicatedStateMachine Load(
        SimulatedSnapshot snapshot, SimulatedCluster cluster, SimulatedReplica replica)
    {
        // Nothing here waits for anything, so the task is complete when it is given back.
        ReplicatedStateMachine machine = StateSnapshotLoader
            .LoadAsync(
                new SimulatedSnapshotReader(snapshot, cluster.Options.Defect == SimulatedDefect.TrustDamage),
                cluster.StoreOptions)
            .AsTask().GetAwaiter().GetResult();
        ProposalSessions sessions = cluster.Options.Defect == SimulatedDefect.LoseSessionsInSnapshot
            ? new ProposalSessions()
            : machine.Sessions;
        return new ReplicatedStateMachine(machine.Store, sessions, machine.Applied, machine.Configuration)
        {
            NewestFormat = replica.Release,
        };
    }

    /// <summary>Writes a pinned state piece by piece, while the replica goes on, and publishes it.</summary>
    public void Write(StateSnapshot state)
    {
        if (life.Core.Node.ConfigurationAt(state.Position.Index) is not { } configuration)
        {
            // A newer one came from the leader meanwhile.
            state.Dispose();
            life.Core.SnapshotAbandoned();
            return;
        }

        _pinned.Add(state);
        WritePiece(state, new SnapshotMetadata(state.Position, configuration), new ArrayBufferWriter<byte>());
    }

    /// <summary>Reads a piece for a peer. The snapshot that is being read stays, also when a newer one comes.</summary>
    public void Read(SnapshotReadEffect read) => life.OnDisk(life.Replica.FlushMicros(), EventKind.Read, () =>
    {
        if (_sent?.Metadata.Position != read.Snapshot)
        {
            _sent = life.Replica.Disk.NewestSnapshot;
        }

        SnapshotReadResult result = new(read.Id, 0, default, IsGone: true);
        if (_sent is { } snapshot && snapshot.Metadata.Position == read.Snapshot)
        {
            ReadOnlyMemory<byte> piece = snapshot.Read(
                read.Offset, read.Length, cluster.Options.Defect == SimulatedDefect.TrustDamage);
            result = new SnapshotReadResult(read.Id, snapshot.Data.Length, piece);
        }

        life.Input(() => life.Core.Node.SnapshotReadCompleted(result));
    });

    /// <summary>Does a step of receiving a snapshot, behind those before it.</summary>
    public void Receive(SnapshotReceiveEffect step)
    {
        _steps.Enqueue(step);
        if (!_isReceiving)
        {
            _isReceiving = true;
            NextStep();
        }
    }

    /// <summary>The replica crashed: what was being published may be there, or not.</summary>
    public void Crash(SimulationRandom random, double keepRate)
    {
        foreach (SimulatedSnapshot snapshot in _publishing)
        {
            if (random.Chance(keepRate))
            {
                life.Replica.Disk.Publish(snapshot);
            }
        }

        _prepared?.Dispose();

        foreach (StateSnapshot state in _pinned)
        {
            state.Dispose();
        }
    }

    private void WritePiece(StateSnapshot state, SnapshotMetadata metadata, ArrayBufferWriter<byte> output) =>
        life.OnDisk(life.Replica.FlushMicros() / 4, EventKind.Snapshot, () =>
        {
            life.Replica.Disk.ThrowIfUnwritable();
            if (state.WriteNext(output, PieceBytes))
            {
                WritePiece(state, metadata, output);
                life.Pass(CrashPoint.SnapshotPieceWritten);
                return;
            }

            _pinned.Remove(state);
            state.Dispose();
            life.Pass(CrashPoint.SnapshotWritten);
            SimulatedSnapshot snapshot = new(metadata, output.WrittenMemory);
            Publish(snapshot, () =>
            {
                life.Pass(CrashPoint.SnapshotPublished);
                DeleteOlder(snapshot, () =>
                {
                    life.Pass(CrashPoint.SnapshotDeleted);
                    life.SnapshotTaken(snapshot.Metadata, snapshot.Data.Length);
                });
            });
        });

    private void Publish(SimulatedSnapshot snapshot, Action published)
    {
        _publishing.Add(snapshot);
        life.OnDisk(life.Replica.FlushMicros(), EventKind.Snapshot, () =>
        {
            life.Replica.Disk.ThrowIfUnwritable();
            _publishing.Remove(snapshot);
            cluster.Rules.CheckSnapshot(life.Replica.Id, snapshot.Metadata);
            life.Replica.Disk.Publish(snapshot);
            published();
        });
    }

    private void DeleteOlder(SimulatedSnapshot snapshot, Action deleted) =>
        life.OnDisk(life.Replica.FlushMicros() / 4, EventKind.Snapshot, () =>
        {
            life.Replica.Disk.DeleteSnapshotsBelow(snapshot.Metadata.Position.Index);
            deleted();
        });

    private void NextStep()
    {
        if (!_steps.TryDequeue(out SnapshotReceiveEffect step))
        {
            _isReceiving = false;
            return;
        }

        life.OnDisk(life.Replica.FlushMicros() / 2, EventKind.Snapshot, () => RunStep(step));
    }

    private void RunStep(SnapshotReceiveEffect step)
    {
        switch (step.Kind)
        {
            case SnapshotReceiveEffectKind.Begin:
                _received = new ArrayBufferWriter<byte>();
                life.Pass(CrashPoint.ReceiveBegun);
                NextStep();
                break;
            case SnapshotReceiveEffectKind.Write:
                WriteReceived(step);
                break;
            case SnapshotReceiveEffectKind.Publish:
                SimulatedSnapshot snapshot = new(step.Metadata, _received!.WrittenMemory);
                Publish(snapshot, () => ReceivedPublished(step, snapshot));
                break;
            case SnapshotReceiveEffectKind.Abort:
                _received = null;
                _prepared?.Dispose();
                _prepared = null;
                NextStep();
                break;
            default:
                Restore(step);
                break;
        }
    }

    private void ReceivedPublished(SnapshotReceiveEffect step, SimulatedSnapshot snapshot)
    {
        _received = null;
        life.Pass(CrashPoint.ReceivePublished);
        RequireNewest(step);
        _prepared?.Dispose();
        _prepared = Load(life.Replica.Disk.NewestSnapshot!, cluster, life.Replica);
        DeleteOlder(snapshot, () =>
        {
            life.Pass(CrashPoint.ReceiveDeleted);
            life.Input(() => life.Core.Node.SnapshotPublished(step.Id));
            NextStep();
        });
    }

    private void WriteReceived(SnapshotReceiveEffect step)
    {
        if (_received is null || _received.WrittenCount != step.Offset)
        {
            throw new SimulationFailedException("Snapshot storage contract",
                $"Replica {life.Replica.Id} writes at {step.Offset} of a snapshot of which it has "
                + $"{_received?.WrittenCount ?? -1} bytes.");
        }

        life.Replica.Disk.ThrowIfUnwritable();
        _received.Write(step.Data.Span);
        life.Pass(CrashPoint.ReceivePieceWritten);
        life.Input(() => life.Core.Node.SnapshotChunkWritten(step.Id));
        NextStep();
    }

    private void RequireNewest(SnapshotReceiveEffect step)
    {
        SimulatedSnapshot? newest = life.Replica.Disk.NewestSnapshot;
        if (newest is null || newest.Metadata.Position != step.Metadata.Position)
        {
            throw new SimulationFailedException("Snapshot storage contract",
                $"Replica {life.Replica.Id} restores {step.Metadata.Position}; its newest snapshot is at "
                + $"{newest?.Metadata.Position.Index ?? 0}.");
        }
    }

    private void Restore(SnapshotReceiveEffect step)
    {
        RequireNewest(step);
        ReplicatedStateMachine machine = _prepared ?? Load(life.Replica.Disk.NewestSnapshot!, cluster, life.Replica);
        _prepared = null;
        life.Apply.Restore(machine, () =>
        {
            ProposalSessions sessions = machine.Sessions.Copy();
            life.Later(0, EventKind.Snapshot, () => life.Restored(step, sessions));
        });
        NextStep();
    }
}
