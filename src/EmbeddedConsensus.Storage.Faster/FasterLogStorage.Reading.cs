using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Files;
using EmbeddedConsensus.Storage.Faster.Log;

namespace EmbeddedConsensus.Storage.Faster;

/// <content>Reading entries, beside the writer.</content>
public sealed partial class FasterLogStorage
{
    private const int ReadWindowBytes = 64 * 1024;

    /// <inheritdoc />
    public async ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        ulong firstIndex, ulong lastIndex, long maxBytes, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        ThrowIfFaulted();
        if (_writer is null)
        {
            throw new InvalidOperationException("Call RecoverAsync first.");
        }

        CheckRange(firstIndex, lastIndex);
        try
        {
            return await Task.Run(() => Read(firstIndex, lastIndex, maxBytes, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception exception)
            when (exception is IOException or ObjectDisposedException or StorageCorruptedException)
        {
            // A file that is gone because its entries were dropped meanwhile looks like damage.
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            CheckRange(firstIndex, lastIndex);
            if (exception is StorageCorruptedException)
            {
                throw;
            }

            throw DiskErrors.Describe($"The log in {_directory.Path} cannot be read", _directory.Path, exception);
        }
    }

    private void CheckRange(ulong firstIndex, ulong lastIndex)
    {
        lock (_indexGate)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstIndex, _index.Start.Index);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(firstIndex, lastIndex);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(lastIndex, _index.LastIndex);
        }
    }

    private ReadOnlyMemory<LogEntry> Read(
        ulong firstIndex, ulong lastIndex, long maxBytes, CancellationToken cancellationToken)
    {
        using var reader = new BatchReader(_files, _directory.Geometry, _directory.Id, ReadWindowBytes);
        List<LogEntry> entries = [];
        long bytes = 0;
        ulong next = firstIndex;
        while (next <= lastIndex)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long address;
            ulong until;
            lock (_indexGate)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstIndex, _index.Start.Index);
                ArgumentOutOfRangeException.ThrowIfGreaterThan(lastIndex, _index.LastIndex);
                (address, until) = _index.Find(next);
            }

            reader.Seek(address);
            until = Math.Min(until, lastIndex);
            while (next <= until)
            {
                if (!reader.Read(ref next, until, maxBytes, ref bytes, entries))
                {
                    return entries.ToArray();
                }
            }
        }

        return entries.ToArray();
    }
}
