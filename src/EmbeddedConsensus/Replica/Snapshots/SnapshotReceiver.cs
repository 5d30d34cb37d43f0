using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Replica;

/// <summary>Carries out the steps of receiving a snapshot from the leader, in order, beside everything else.</summary>
internal sealed class SnapshotReceiver(
    ISnapshotStorage storage, MvccOptions options, byte newestFormat, ISnapshotReceiverEvents events, Action<Exception> failed,
    IReplicaSchedule? schedule)
{
    private readonly OrderedSteps _steps = new(failed, schedule);
    private ISnapshotWriter? _writer;
    private ReplicatedStateMachine? _prepared;

    /// <summary>Completes when the steps so far are done.</summary>
    public Task Idle => _steps.Idle;

    /// <summary>Carries out a step and reports it.</summary>
    public void Enqueue(SnapshotReceiveEffect step) => _steps.Enqueue(() => RunAsync(step));

    /// <summary>Throws away what is not complete.</summary>
    public void Close() => _steps.EnqueueCleanUp(GiveUpAsync);

    private async Task RunAsync(SnapshotReceiveEffect step)
    {
        switch (step.Kind)
        {
            case SnapshotReceiveEffectKind.Begin:
                await AbortAsync().ConfigureAwait(false);
                _writer = await storage.CreateAsync(step.Metadata).ConfigureAwait(false);
                break;
            case SnapshotReceiveEffectKind.Write:
                await _writer!.WriteAsync(step.Data).ConfigureAwait(false);
                events.ChunkWritten(step.Id);
                break;
            case SnapshotReceiveEffectKind.Publish:
                await _writer!.PublishAsync().ConfigureAwait(false);
                await AbortAsync().ConfigureAwait(false);
                _prepared?.Dispose();
                _prepared = await LoadPublishedAsync(step).ConfigureAwait(false);

                // Only now: should it be unreadable here, the older state is still whole.
                await storage.DeleteBelowAsync(step.Metadata.Position.Index).ConfigureAwait(false);
                events.Published(step.Id);
                break;
            case SnapshotReceiveEffectKind.Abort:
                await GiveUpAsync().ConfigureAwait(false);
                break;
            case SnapshotReceiveEffectKind.Restore:
                events.Restored(step, _prepared ?? await LoadAsync(step).ConfigureAwait(false));
                _prepared = null;
                break;
            default:
                throw new InvariantViolationException($"Unknown step {step.Kind} of receiving a snapshot.");
        }
    }

    private async Task<ReplicatedStateMachine> LoadPublishedAsync(SnapshotReceiveEffect step)
    {
        try
        {
            return await LoadAsync(step).ConfigureAwait(false);
        }
        catch
        {
            // The older state and the log behind it are whole: no start may stumble over this one.
            await storage.DeleteAsync(step.Metadata.Position.Index).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<ReplicatedStateMachine> LoadAsync(SnapshotReceiveEffect step)
    {
        ISnapshotReader? reader = await storage.OpenNewestAsync().ConfigureAwait(false);
        if (reader is null || reader.Metadata.Position != step.Metadata.Position)
        {
            throw new InvariantViolationException(
                $"The newest snapshot is {reader?.Metadata.Position}, and not {step.Metadata.Position}, just "
                + "published.");
        }

        await using (reader.ConfigureAwait(false))
        {
            return await StateSnapshotLoader.LoadAsync(reader, options, newestFormat).ConfigureAwait(false);
        }
    }

    private Task GiveUpAsync()
    {
        _prepared?.Dispose();
        _prepared = null;
        return AbortAsync();
    }

    private async Task AbortAsync()
    {
        if (_writer is not null)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
            _writer = null;
        }
    }
}
