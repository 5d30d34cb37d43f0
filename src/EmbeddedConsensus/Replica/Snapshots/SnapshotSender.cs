using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Replica;

/// <summary>Reads the chunks of snapshots that lagging followers need. A snapshot stays open while it is being sent, so
/// that a newer one does not delete it.</summary>
internal sealed class SnapshotSender(
    ISnapshotStorage storage, ISnapshotSenderEvents events, IReplicaSchedule? schedule)
{
    private readonly OrderedSteps _steps = new(events, schedule);
    private ISnapshotReader? _reader;

    /// <summary>Completes when the reads so far are done.</summary>
    public Task Idle => _steps.Idle;

    /// <summary>Reads a chunk and reports it.</summary>
    public void Read(SnapshotReadEffect effect) => _steps.Enqueue(async () =>
    {
        if (_reader is null || _reader.Descriptor.Position != effect.Snapshot)
        {
            await CloseAsync().ConfigureAwait(false);
            _reader = await storage.OpenNewestAsync().ConfigureAwait(false);
        }

        if (_reader is null || _reader.Descriptor.Position != effect.Snapshot)
        {
            events.ChunkRead(new SnapshotReadResult(effect.Id, 0, default, IsGone: true));
            return;
        }

        byte[] chunk = GC.AllocateUninitializedArray<byte>(effect.Length);
        int read = await _reader.ReadAsync(effect.Offset, chunk).ConfigureAwait(false);
        events.ChunkRead(new SnapshotReadResult(effect.Id, _reader.Length, chunk.AsMemory(0, read)));
    });

    /// <summary>Closes the snapshot that was being sent: no peer needs it now.</summary>
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
