using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Replica;

/// <summary>Reads the pieces of snapshots that lagging followers need. A snapshot stays open while one is being sent,
/// so that a newer one does not pull it away.</summary>
internal sealed class SnapshotSender(
    ISnapshotStorage storage, Action<SnapshotReadResult> completed, Action<Exception> failed,
    IReplicaSchedule? schedule)
{
    private readonly OrderedSteps _steps = new(failed, schedule);
    private ISnapshotReader? _reader;

    /// <summary>Completes when the reads so far are done.</summary>
    public Task Idle => _steps.Idle;

    /// <summary>Reads a piece and reports it.</summary>
    public void Read(SnapshotReadEffect effect) => _steps.Enqueue(async () =>
    {
        if (_reader is null || _reader.Metadata.Position != effect.Snapshot)
        {
            await CloseAsync().ConfigureAwait(false);
            _reader = await storage.OpenNewestAsync().ConfigureAwait(false);
        }

        if (_reader is null || _reader.Metadata.Position != effect.Snapshot)
        {
            completed(new SnapshotReadResult(effect.Id, 0, default, IsGone: true));
            return;
        }

        byte[] piece = GC.AllocateUninitializedArray<byte>(effect.Length);
        int read = await _reader.ReadAsync(effect.Offset, piece).ConfigureAwait(false);
        completed(new SnapshotReadResult(effect.Id, _reader.Length, piece.AsMemory(0, read)));
    });

    /// <summary>Nobody needs a snapshot any more.</summary>
    public void Release() => _steps.EnqueueCleanUp(CloseAsync);

    private async Task CloseAsync()
    {
        if (_reader is not null)
        {
            await _reader.DisposeAsync().ConfigureAwait(false);
            _reader = null;
        }
    }
}
