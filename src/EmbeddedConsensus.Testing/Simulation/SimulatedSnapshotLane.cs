using System.Buffers;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Writes, sends and receives the snapshots of one life of a replica, as the host does beside its other
/// work.</summary>
internal sealed class SimulatedSnapshotLane(SimulatedCluster cluster, ReplicaLife life)
{
    private const int PieceBytes = 512;

    private readonly Queue<SnapshotReceiveEffect> _steps = new();
    private readonly List<SimulatedSnapshot> _publishing = [];
    private readonly HashSet<StateSnapshot> _pinned = [];
    private ArrayBufferWriter<byte>? _received;
    private SimulatedSnapshot? _sent;
    private bool _isReceiving;

    /// <summary>Builds the state machine that a snapshot describes.</summary>
    public static ReplicatedStateMachine Load(SimulatedSnapshot snapshot, SimulatedCluster cluster)
    {
        // Nothing here waits for anything, so the task is complete when it is given back.
        ReplicatedStateMachine machine = StateSnapshotLoader
            .LoadAsync(new SimulatedSnapshotReader(snapshot), cluster.StoreOptions).AsTask().GetAwaiter().GetResult();
        return cluster.Options.Defect == SimulatedDefect.LoseSessionsInSnapshot
            ? new ReplicatedStateMachine(machine.Store, new ProposalSessions(), machine.Applied)
            : machine;
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
    public void Read(SnapshotReadEffect read) => life.Later(life.Replica.FlushMicros(), EventKind.Read, () =>
    {
        if (_sent?.Metadata.Position != read.Snapshot)
        {
            _sent = life.Replica.Disk.NewestSnapshot;
        }

        SnapshotReadResult result = new(read.Id, 0, default, IsGone: true);
        if (_sent is { } snapshot && snapshot.Metadata.Position == read.Snapshot)
        {
            int from = (int)Math.Min(read.Offset, snapshot.Data.Length);
            int length = Math.Min(read.Length, snapshot.Data.Length - from);
            result = new SnapshotReadResult(read.Id, snapshot.Data.Length, snapshot.Data.Slice(from, length));
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
                PublishOnDisk(snapshot);
            }
        }

        foreach (StateSnapshot state in _pinned)
        {
            state.Dispose();
        }
    }

    private void WritePiece(StateSnapshot state, SnapshotMetadata metadata, ArrayBufferWriter<byte> output) =>
        life.Later(life.Replica.FlushMicros() / 4, EventKind.Snapshot, () =>
        {
            if (state.WriteNext(output, PieceBytes))
            {
                WritePiece(state, metadata, output);
                return;
            }

            _pinned.Remove(state);
            state.Dispose();
            SimulatedSnapshot snapshot = new(metadata, output.WrittenMemory);
            Publish(snapshot, () => life.SnapshotTaken(snapshot.Metadata, snapshot.Data.Length));
        });

    private void Publish(SimulatedSnapshot snapshot, Action published)
    {
        _publishing.Add(snapshot);
        life.Later(life.Replica.FlushMicros(), EventKind.Snapshot, () =>
        {
            _publishing.Remove(snapshot);
            PublishOnDisk(snapshot);
            published();
        });
    }

    // The newest snapshot is the one with the highest index, whatever was written last.
    private void PublishOnDisk(SimulatedSnapshot snapshot)
    {
        SimulatedDisk disk = life.Replica.Disk;
        if (disk.NewestSnapshot is null
            || disk.NewestSnapshot.Metadata.Position.Index < snapshot.Metadata.Position.Index)
        {
            disk.Publish(snapshot);
        }
    }

    private void NextStep()
    {
        if (!_steps.TryDequeue(out SnapshotReceiveEffect step))
        {
            _isReceiving = false;
            return;
        }

        life.Later(life.Replica.FlushMicros() / 2, EventKind.Snapshot, () => RunStep(step));
    }

    private void RunStep(SnapshotReceiveEffect step)
    {
        switch (step.Kind)
        {
            case SnapshotReceiveEffectKind.Begin:
                _received = new ArrayBufferWriter<byte>();
                NextStep();
                break;
            case SnapshotReceiveEffectKind.Write:
                WriteReceived(step);
                break;
            case SnapshotReceiveEffectKind.Publish:
                Publish(new SimulatedSnapshot(step.Metadata, _received!.WrittenMemory), () =>
                {
                    _received = null;
                    life.Input(() => life.Core.Node.SnapshotPublished(step.Id));
                    NextStep();
                });
                break;
            case SnapshotReceiveEffectKind.Abort:
                _received = null;
                NextStep();
                break;
            default:
                Restore(step);
                break;
        }
    }

    private void WriteReceived(SnapshotReceiveEffect step)
    {
        if (_received is null || _received.WrittenCount != step.Offset)
        {
            throw new SimulationFailedException("Snapshot storage contract",
                $"Replica {life.Replica.Id} writes at {step.Offset} of a snapshot of which it has "
                + $"{_received?.WrittenCount ?? -1} bytes.");
        }

        _received.Write(step.Data.Span);
        life.Input(() => life.Core.Node.SnapshotChunkWritten(step.Id));
        NextStep();
    }

    private void Restore(SnapshotReceiveEffect step)
    {
        SimulatedSnapshot? newest = life.Replica.Disk.NewestSnapshot;
        if (newest is null || newest.Metadata.Position != step.Metadata.Position)
        {
            throw new SimulationFailedException("Snapshot storage contract",
                $"Replica {life.Replica.Id} restores {step.Metadata.Position}; its newest snapshot is at "
                + $"{newest?.Metadata.Position.Index ?? 0}.");
        }

        ReplicatedStateMachine machine = Load(newest, cluster);
        life.Apply.Restore(machine, () =>
        {
            ProposalSessions sessions = machine.Sessions.Copy();
            life.Later(0, EventKind.Snapshot, () => life.Restored(step, sessions));
        });
        NextStep();
    }
}
