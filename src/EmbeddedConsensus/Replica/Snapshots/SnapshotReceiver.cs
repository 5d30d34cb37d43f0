using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Replica;

/// <summary>Receives snapshots from the leader beside the replica's other work: executes what
/// <see cref="SnapshotInstallation"/> asks for, one action after another.</summary>
internal sealed class SnapshotReceiver(
    ISnapshotStorage storage, MvccOptions options, byte newestFormat, ISnapshotReceiverEvents events,
    IReplicaSchedule? schedule)
{
    private readonly OrderedSteps _steps = new(events, schedule);
    private readonly SnapshotInstallation _installation = new();
    private ISnapshotWriter? _writer;
    private ReplicatedStateMachine? _loaded;
    private Exception? _failure;

    /// <summary>Completes when the steps so far are done.</summary>
    public Task Idle => _steps.Idle;

    /// <summary>Executes a step and reports it.</summary>
    public void Enqueue(SnapshotReceiveEffect step) =>
        _steps.Enqueue(() => RunAsync(_installation.Begin(step.Kind), step));

    /// <summary>Discards what is not complete.</summary>
    public void Close() => _steps.EnqueueCleanUp(() => RunAsync(_installation.Close(), default));

    private async Task RunAsync(SnapshotAction first, SnapshotReceiveEffect step)
    {
        for (SnapshotAction action = first; action != SnapshotAction.None;)
        {
            try
            {
                await ExecuteAsync(action, step).ConfigureAwait(false);
                action = _installation.Completed();
            }
#pragma warning disable CA1031 // A storage fault ends the replica, never the host (design decision D12).
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _failure ??= exception;
                action = _installation.Failed();
            }
        }
    }

    private async Task ExecuteAsync(SnapshotAction action, SnapshotReceiveEffect step)
    {
        switch (action)
        {
            case SnapshotAction.OpenWriter:
                _writer = await storage.CreateAsync(SnapshotMetadataCodec.Encode(step.Metadata)).ConfigureAwait(false);
                break;
            case SnapshotAction.WriteChunk:
                await _writer!.WriteAsync(step.Data).ConfigureAwait(false);
                break;
            case SnapshotAction.ReportWritten:
                events.ChunkWritten(step.Id);
                break;
            case SnapshotAction.Publish:
                await _writer!.PublishAsync().ConfigureAwait(false);
                break;
            case SnapshotAction.CloseWriter:
                await _writer!.DisposeAsync().ConfigureAwait(false);
                _writer = null;
                break;
            case SnapshotAction.Load:
                _loaded = await LoadAsync(step.Metadata.Position).ConfigureAwait(false);
                break;
            case SnapshotAction.DeleteOlder:
                await storage.DeleteBelowAsync(step.Metadata.Position.Index).ConfigureAwait(false);
                break;
            case SnapshotAction.ReportPublished:
                events.Published(step.Id);
                break;
            case SnapshotAction.DiscardLoaded:
                _loaded!.Dispose();
                _loaded = null;
                break;
            case SnapshotAction.Restore:
                events.Loaded(step, _loaded!);
                _loaded = null;
                break;
            case SnapshotAction.DeleteUnreadable:
                await storage.DeleteAsync(step.Metadata.Position.Index).ConfigureAwait(false);
                break;
            case SnapshotAction.ReportFailure:
                events.Failed(_failure!);
                break;
            default:
                throw new InvariantViolationException($"Unknown action {action} of a snapshot's installation.");
        }
    }

    private async Task<ReplicatedStateMachine> LoadAsync(LogPosition position)
    {
        ISnapshotReader? reader = await storage.OpenNewestAsync().ConfigureAwait(false);
        if (reader is null)
        {
            throw new InvariantViolationException($"There is no snapshot, though {position} was just published.");
        }

        await using (reader.ConfigureAwait(false))
        {
            return reader.Descriptor.Position == position
                ? await StateSnapshotLoader.LoadAsync(reader, options, newestFormat).ConfigureAwait(false)
                : throw new InvariantViolationException(
                    $"The newest snapshot is {reader.Descriptor.Position}, and not {position}, just published.");
        }
    }
}
