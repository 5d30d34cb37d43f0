using System.Diagnostics.Metrics;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Replica;

/// <summary>
/// Writes the log, one batch at a time: what arrives while a batch is being flushed is the next batch (design decision
/// D3). It runs beside the network: the consensus thread starts it and continues.
/// </summary>
internal sealed class LogBatcher(
    ILogStorage storage, ILogBatcherEvents events, Histogram<double> flushes, TimeProvider time)
{
    // More than enough to keep the disk busy; the rest waits for the next flush.
    private const long MaxBatchBytes = 8L << 20;

    private readonly Lock _gate = new();
    private readonly Queue<Item> _items = new();
    private readonly List<ulong> _ids = [];
    private readonly HardStateBuffer _hardStates = new();
    private LogAppend[] _batch = new LogAppend[16];
    private Task _running = Task.CompletedTask;

    // Set for good by a failure or a stop, so that nothing is ever written after it.
    private bool _isRunning;

    /// <summary>Completes when everything that was enqueued is written.</summary>
    public Task Idle
    {
        get
        {
            lock (_gate)
            {
                return _running;
            }
        }
    }

    /// <summary>Writes nothing after the batch under way: the replica is faulted.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _items.Clear();
            _isRunning = true;
        }
    }

    /// <summary>Writes an append after everything before it.</summary>
    public void Enqueue(in AppendEffect append) => Enqueue(new Item(append, null));

    /// <summary>Drops a prefix after everything before it.</summary>
    public void Enqueue(in LogDropEffect drop) => Enqueue(new Item(default, drop.Through));

    private void Enqueue(in Item item)
    {
        lock (_gate)
        {
            _items.Enqueue(item);
            if (_isRunning)
            {
                return;
            }

            _isRunning = true;
        }

        Task running = WriteAllAsync();
        lock (_gate)
        {
            _running = running;
        }
    }

    private async Task WriteAllAsync()
    {
        try
        {
            while (TryFillBatch(out int count, out LogPosition? drop))
            {
                if (count > 0)
                {
                    await FlushAsync(count).ConfigureAwait(false);
                    foreach (ulong id in _ids)
                    {
                        events.Appended(id);
                    }
                }

                if (drop is { } through)
                {
                    await storage.DropPrefixAsync(through).ConfigureAwait(false);
                }
            }
        }
#pragma warning disable CA1031 // A storage fault ends the replica, never the host (design decision D12).
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // The batcher stays "running", so that nothing is ever written after a failed write.
            events.Failed(exception);
        }
    }

    private async ValueTask FlushAsync(int count)
    {
        if (!flushes.Enabled)
        {
            await storage.AppendAsync(_batch.AsMemory(0, count)).ConfigureAwait(false);
            return;
        }

        long begin = time.GetTimestamp();
        await storage.AppendAsync(_batch.AsMemory(0, count)).ConfigureAwait(false);
        flushes.Record(time.GetElapsedTime(begin).TotalSeconds);
    }

    private bool TryFillBatch(out int count, out LogPosition? drop)
    {
        count = 0;
        drop = null;
        _ids.Clear();
        Array.Clear(_batch);
        _hardStates.Clear();
        lock (_gate)
        {
            long bytes = 0;
            while (bytes < MaxBatchBytes && _items.TryDequeue(out Item item))
            {
                if (item.Drop is not null)
                {
                    drop = item.Drop;
                    break;
                }

                _ids.Add(item.Append.Id);
                bytes += AddToBatch(item.Append, ref count);
            }

            return _isRunning = _ids.Count > 0 || drop is not null;
        }
    }

    private long AddToBatch(in AppendEffect append, ref int count)
    {
        long bytes = 0;
        if (append.HardState is { } state)
        {
            Add(new LogAppend(default, _hardStates.Add(state)) { HasVote = append.HasVote }, ref count);
        }

        foreach (ReadOnlyMemory<LogEntry> slice in append.Entries)
        {
            Add(new LogAppend(slice, default), ref count);
            foreach (ref readonly LogEntry entry in slice.Span)
            {
                bytes += entry.Size;
            }
        }

        return bytes;
    }

    private void Add(in LogAppend write, ref int count)
    {
        if (count == _batch.Length)
        {
            Array.Resize(ref _batch, count * 2);
        }

        _batch[count++] = write;
    }

    private readonly record struct Item(AppendEffect Append, LogPosition? Drop);
}
