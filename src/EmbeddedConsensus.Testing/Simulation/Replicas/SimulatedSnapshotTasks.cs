using System.Buffers;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Writes, sends and receives the snapshots of one life of a replica, beside its other work. What it does with
/// one that it receives, and in which order, <see cref="SnapshotInstallation"/> decides, as in production.</summary>
internal sealed class SimulatedSnapshotTasks(SimulatedCluster cluster, ReplicaLife life)
{
    private const int ChunkBytes = 512;

    // How often a received snapshot cannot be loaded.
    private const double UnreadableRate = 0.1;

    private readonly Queue<SnapshotReceiveEffect> _steps = new();
    private readonly List<SimulatedSnapshot> _publishing = [];
    private readonly HashSet<StateSnapshot> _pinned = [];
    private ArrayBufferWriter<byte>? _received;
    private SimulatedSnapshot? _sent;
    private readonly SnapshotInstallation _installation = new();
    private ReplicatedStateMachine? _loaded;
    private StorageException? _failure;
    private bool _isReceiving;
    private bool _isLoading;

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

    /// <summary>Writes a pinned state chunk by chunk, while the replica continues, and publishes it.</summary>
    public void Write(StateSnapshot state)
    {
        if (life.Core.Node.ConfigurationAt(state.Position.Index) is not { } configuration)
        {
            // A newer one came from the leader meanwhile.
            state.Dispose();
            life.Core.SnapshotAborted();
            return;
        }

        _pinned.Add(state);
        WriteChunk(state, new SnapshotMetadata(state.Position, configuration), new ArrayBufferWriter<byte>());
    }

    /// <summary>Reads a chunk for a peer. The snapshot that is being read stays, also when a newer one comes.</summary>
    public void Read(SnapshotReadEffect read) => life.OnDisk(life.Replica.FlushMicros(), EventKind.Read, () =>
    {
        if (_sent?.Descriptor.Position != read.Snapshot)
        {
            _sent = life.Replica.Disk.NewestSnapshot;
        }

        SnapshotReadResult result = new(read.Id, 0, default, IsGone: true);
        if (_sent is { } snapshot && snapshot.Descriptor.Position == read.Snapshot)
        {
            ReadOnlyMemory<byte> chunk = snapshot.Read(
                read.Offset, read.Length, cluster.Options.Defect == SimulatedDefect.TrustDamage);
            result = new SnapshotReadResult(read.Id, snapshot.Data.Length, chunk);
        }

        life.Input(() => life.Core.Node.SnapshotReadCompleted(result));
    });

    /// <summary>Executes a step of receiving a snapshot, after those before it.</summary>
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

        _loaded?.Dispose();
        if (_isLoading)
        {
            life.Replica.Disk.DeleteUnreadableSnapshot();
        }

        foreach (StateSnapshot state in _pinned)
        {
            state.Dispose();
        }
    }

    private void WriteChunk(StateSnapshot state, SnapshotMetadata metadata, ArrayBufferWriter<byte> output) =>
        life.OnDisk(life.Replica.FlushMicros() / 4, EventKind.Snapshot, () =>
        {
            life.Replica.Disk.ThrowIfUnwritable();
            if (state.WriteNext(output, ChunkBytes))
            {
                WriteChunk(state, metadata, output);
                life.Pass(CrashPoint.SnapshotChunkWritten);
                return;
            }

            _pinned.Remove(state);
            state.Dispose();
            life.Pass(CrashPoint.SnapshotWritten);
            SimulatedSnapshot snapshot = new(SnapshotMetadataCodec.Encode(metadata), output.WrittenMemory);
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
            life.Replica.Disk.DeleteSnapshotsBelow(snapshot.Descriptor.Position.Index);
            deleted();
        });

    private void NextStep()
    {
        if (!_steps.TryDequeue(out SnapshotReceiveEffect step))
        {
            _isReceiving = false;
            return;
        }

        Run(_installation.Begin(step.Kind), step);
    }

    private void Run(SnapshotAction action, SnapshotReceiveEffect step)
    {
        switch (action)
        {
            case SnapshotAction.None:
                NextStep();
                break;
            case SnapshotAction.OpenWriter or SnapshotAction.WriteChunk:
                OnDisk(life.Replica.FlushMicros() / 2, action, step);
                break;
            case SnapshotAction.Publish:
                BeginPublish(step);
                OnDisk(life.Replica.FlushMicros(), action, step);
                break;
            case SnapshotAction.DeleteOlder or SnapshotAction.DeleteUnreadable:
                OnDisk(life.Replica.FlushMicros() / 4, action, step);
                break;
            default:
                Execute(action, step);
                break;
        }
    }

    private void OnDisk(long delayMicros, SnapshotAction action, SnapshotReceiveEffect step) =>
        life.OnDisk(delayMicros, EventKind.Snapshot, () => Execute(action, step));

    private void Execute(SnapshotAction action, SnapshotReceiveEffect step)
    {
        try
        {
            Do(action, step);
        }
        catch (StorageException exception)
        {
            _failure ??= exception;
            Run(_installation.Failed(), step);
            return;
        }

        Run(_installation.Completed(), step);
    }

    private void Do(SnapshotAction action, SnapshotReceiveEffect step)
    {
        SimulatedDisk disk = life.Replica.Disk;
        switch (action)
        {
            case SnapshotAction.OpenWriter:
                _received = new ArrayBufferWriter<byte>();
                life.Pass(CrashPoint.ReceiveBegun);
                break;
            case SnapshotAction.WriteChunk:
                WriteReceived(step);
                break;
            case SnapshotAction.ReportWritten:
                life.Input(() => life.Core.Node.SnapshotChunkWritten(step.Id));
                break;
            case SnapshotAction.Publish:
                PublishReceived(step);
                break;
            case SnapshotAction.CloseWriter:
                _received = null;
                break;
            case SnapshotAction.Load:
                RequireNewest(step);
                _loaded = Load(disk.NewestSnapshot!, cluster, life.Replica);
                _isLoading = false;
                break;
            case SnapshotAction.DeleteOlder:
                disk.DeleteSnapshotsBelow(step.Metadata.Position.Index);
                life.Pass(CrashPoint.ReceiveDeleted);
                break;
            case SnapshotAction.ReportPublished:
                life.Input(() => life.Core.Node.SnapshotPublished(step.Id));
                break;
            case SnapshotAction.DiscardLoaded:
                _loaded!.Dispose();
                _loaded = null;
                break;
            case SnapshotAction.Restore:
                Restore(step);
                break;
            case SnapshotAction.DeleteUnreadable:
                disk.DeleteSnapshot(step.Metadata.Position.Index);
                break;
            default:
                _isLoading = false;
                life.Fault(_failure!);
                break;
        }
    }

    private void BeginPublish(SnapshotReceiveEffect step)
    {
        _publishing.Add(new SimulatedSnapshot(SnapshotMetadataCodec.Encode(step.Metadata), _received!.WrittenMemory)
        {
            IsUnreadable = cluster.FaultsAreOn && life.Replica.SnapshotRandom.Chance(UnreadableRate),
        });
        _isLoading = true;
    }

    private void PublishReceived(SnapshotReceiveEffect step)
    {
        life.Replica.Disk.ThrowIfUnwritable();
        SimulatedSnapshot snapshot = _publishing.Single(each => each.Metadata == step.Metadata);
        _publishing.Remove(snapshot);
        cluster.Rules.CheckSnapshot(life.Replica.Id, snapshot.Metadata);
        life.Replica.Disk.Publish(snapshot);
        life.Pass(CrashPoint.ReceivePublished);
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
        life.Pass(CrashPoint.ReceiveChunkWritten);
    }

    private void RequireNewest(SnapshotReceiveEffect step)
    {
        SimulatedSnapshot? newest = life.Replica.Disk.NewestSnapshot;
        if (newest is null || newest.Descriptor.Position != step.Metadata.Position)
        {
            throw new SimulationFailedException("Snapshot storage contract",
                $"Replica {life.Replica.Id} restores {step.Metadata.Position}; its newest snapshot is at "
                + $"{newest?.Descriptor.Position.Index ?? 0}.");
        }
    }

    private void Restore(SnapshotReceiveEffect step)
    {
        RequireNewest(step);
        ReplicatedStateMachine machine = _loaded!;
        _loaded = null;
        life.Apply.Restore(machine, () =>
        {
            ProposalSessions sessions = machine.Sessions.Copy();
            life.Later(0, EventKind.Snapshot, () => life.Restored(step, sessions));
        });
    }
}
