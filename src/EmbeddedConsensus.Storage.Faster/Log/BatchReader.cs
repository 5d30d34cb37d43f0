using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>Walks the batches of the log and takes entries out of them. Not safe for several threads.</summary>
internal sealed class BatchReader : IDisposable
{
    private readonly ISegmentFiles _files;
    private readonly LogGeometry _geometry;
    private readonly RecordReader _reader;
    private readonly BatchBuffer _batch = new();
    private readonly List<BatchItem> _items = [];
    private long _address;
    private ulong _sequence;

    /// <summary>A reader.</summary>
    /// <param name="files">The files.</param>
    /// <param name="geometry">Their layout.</param>
    /// <param name="logId">The log's random number.</param>
    /// <param name="windowBytes">How much to read at a time.</param>
    public BatchReader(ISegmentFiles files, LogGeometry geometry, ulong logId, int windowBytes)
    {
        _files = files;
        _geometry = geometry;
        _reader = new RecordReader(files, geometry, logId, windowBytes);
    }

    /// <summary>Goes to a batch.</summary>
    /// <param name="address">Where it begins.</param>
    public void Seek(long address)
    {
        _address = address;
        _sequence = 0;
    }

    /// <summary>Reads the next batch and takes the wanted entries.</summary>
    /// <param name="next">The next entry wanted; afterwards the one after the last taken.</param>
    /// <param name="until">The last entry wanted.</param>
    /// <param name="maxBytes">The limit for the sum of sizes; one entry is always taken.</param>
    /// <param name="bytes">The sum so far.</param>
    /// <param name="entries">Receives the entries.</param>
    /// <returns>False when the limit is reached.</returns>
    /// <exception cref="StorageCorruptedException">The batch is damaged.</exception>
    public bool Read(ref ulong next, ulong until, long maxBytes, ref long bytes, List<LogEntry> entries)
    {
        ReadBatch();
        CollectItems(next, until);
        int take = 0;
        int dataBytes = 0;
        for (; take < _items.Count; take++)
        {
            long size = _items[take].DataLength + LogEntry.Overhead;
            if (entries.Count + take > 0 && bytes + size > maxBytes)
            {
                break;
            }

            bytes += size;
            dataBytes += _items[take].DataLength;
        }

        // One array for all of them: what is read together is sent together.
        byte[] data = dataBytes == 0 ? [] : GC.AllocateUninitializedArray<byte>(dataBytes);
        int position = 0;
        for (int i = 0; i < take; i++)
        {
            BatchItem item = _items[i];
            _batch.Span.Slice(item.DataStart, item.DataLength).CopyTo(data.AsSpan(position));
            entries.Add(new LogEntry(item.Index, item.Term, item.Kind, data.AsMemory(position, item.DataLength)));
            position += item.DataLength;
            next = item.Index + 1;
        }

        return take == _items.Count;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _reader.Dispose();
        _batch.Dispose();
    }

    private void ReadBatch()
    {
        _batch.Clear();
        for (bool first = true; ; first = false)
        {
            long address = _address;
            if (!TryRead(address, first, out RecordHeader header, out ReadOnlySpan<byte> payload)
                && (_geometry.IsPageStart(address)
                    || !TryRead(address = _geometry.NextPage(address), first, out header, out payload)))
            {
                throw LogDamage.At(_files, _geometry, _address, "A durable record of the log is damaged");
            }

            _sequence = header.Sequence;
            _address = header.EndAddress;
            if (header.Kind == RecordKind.Batch)
            {
                _batch.Add(payload);
            }

            if (header.Flags.HasFlag(RecordFlags.Last))
            {
                return;
            }
        }
    }

    private bool TryRead(long address, bool first, out RecordHeader header, out ReadOnlySpan<byte> payload) =>
        _reader.TryRead(address, out header, out payload, out _)
        && (_sequence == 0 || header.Sequence == _sequence + 1)
        && header.Flags.HasFlag(RecordFlags.First) == first;

    /// <summary>The items of the batch that count: an entry overrides those from its index on.</summary>
    private void CollectItems(ulong next, ulong until)
    {
        _items.Clear();
        int position = 0;
        while (BatchItem.TryRead(_batch.Span, ref position, out BatchItem item))
        {
            if (item.IsHardState)
            {
                continue;
            }

            while (_items.Count > 0 && _items[^1].Index >= item.Index)
            {
                _items.RemoveAt(_items.Count - 1);
            }

            if (item.Index == next + (ulong)_items.Count && item.Index <= until)
            {
                _items.Add(item);
            }
        }
    }
}
