namespace EmbeddedConsensus.Raft;

/// <summary>The newest entries of a log, in blocks. Messages and effects slice the blocks instead of copying entries,
/// so a slot is written once: what follows a truncation goes to a new block, and a block that has to grow is copied.
/// </summary>
internal sealed class EntryCache
{
    private const int MinBlockEntries = 32;
    private const int MaxBlockEntries = 1024;

    private readonly List<Block> _blocks = [];
    private readonly long _blockBytes;

    /// <summary>A cache that begins after an index.</summary>
    /// <param name="startIndex">The last index that is not cached.</param>
    /// <param name="blockBytes">A block with this many bytes takes no further entry, so that eviction, which works on
    /// whole blocks, stays near its bound.</param>
    public EntryCache(ulong startIndex, long blockBytes)
    {
        StartIndex = startIndex;
        LastIndex = startIndex;
        _blockBytes = Math.Max(1, blockBytes);
    }

    /// <summary>The last index that is not cached.</summary>
    public ulong StartIndex { get; private set; }

    /// <summary>The last index that is cached, or <see cref="StartIndex"/>.</summary>
    public ulong LastIndex { get; private set; }

    /// <summary>The bytes of all cached entries.</summary>
    public long Bytes { get; private set; }

    /// <summary>The last index of the oldest block; it is what <see cref="EvictOldest"/> would forget up to.</summary>
    public ulong OldestBlockEnd => _blocks.Count == 0 ? StartIndex : _blocks[0].LastIndex;

    /// <summary>Adds the entry after the last one.</summary>
    /// <param name="entry">The entry.</param>
    public void Append(in LogEntry entry)
    {
        Block block = _blocks.Count > 0 && !_blocks[^1].IsFull(_blockBytes) ? _blocks[^1] : NewBlock(entry.Index);
        block.Add(entry);
        Bytes += entry.Size;
        LastIndex = entry.Index;
    }

    /// <summary>Forgets the entries from an index on.</summary>
    /// <param name="index">The first index to forget.</param>
    public void TruncateFrom(ulong index)
    {
        while (_blocks.Count > 0 && _blocks[^1].FirstIndex >= index)
        {
            Bytes -= _blocks[^1].Bytes;
            _blocks.RemoveAt(_blocks.Count - 1);
        }

        if (_blocks.Count > 0 && _blocks[^1].LastIndex >= index)
        {
            Bytes -= _blocks[^1].Seal(index - 1);
        }

        LastIndex = Math.Min(LastIndex, index - 1);
        StartIndex = Math.Min(StartIndex, LastIndex);
    }

    /// <summary>Forgets every block that holds no entry after an index.</summary>
    /// <param name="index">The last index that is no longer needed.</param>
    public void DropThrough(ulong index)
    {
        while (_blocks.Count > 0 && _blocks[0].LastIndex <= index)
        {
            EvictOldest();
        }

        if (_blocks.Count == 0)
        {
            Reset(Math.Max(index, StartIndex));
        }
    }

    /// <summary>Forgets the oldest block.</summary>
    public void EvictOldest()
    {
        StartIndex = _blocks[0].LastIndex;
        Bytes -= _blocks[0].Bytes;
        _blocks.RemoveAt(0);
    }

    /// <summary>Forgets everything and begins after an index.</summary>
    /// <param name="index">The new start.</param>
    public void Reset(ulong index)
    {
        _blocks.Clear();
        Bytes = 0;
        StartIndex = index;
        LastIndex = index;
    }

    /// <summary>Entries from an index on: at least one, at most to the end of its block.</summary>
    /// <param name="first">The first index, which is cached.</param>
    /// <param name="last">The last index wanted.</param>
    /// <param name="maxBytes">Stop before the sum of the sizes exceeds this.</param>
    /// <param name="bytes">The sum of the sizes.</param>
    public ReadOnlyMemory<LogEntry> Slice(ulong first, ulong last, long maxBytes, out long bytes)
    {
        Block block = _blocks[BlockAt(first)];
        return block.Slice(first, Math.Min(last, block.LastIndex), maxBytes, out bytes);
    }

    private Block NewBlock(ulong firstIndex)
    {
        // After a full block the next one is likely to fill too; after a cut one, or in an idle cluster, it is not.
        bool isBusy = _blocks.Count > 0 && _blocks[^1].Count == MaxBlockEntries;
        Block block = new(firstIndex, isBusy ? MaxBlockEntries : MinBlockEntries);
        _blocks.Add(block);
        return block;
    }

    private int BlockAt(ulong index)
    {
        int low = 0;
        int high = _blocks.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_blocks[middle].FirstIndex <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    /// <summary>A run of entries in one array, of which slots below the count never change.</summary>
    private sealed class Block(ulong firstIndex, int capacity)
    {
        private LogEntry[] _entries = new LogEntry[capacity];
        private bool _isSealed;

        public int Count { get; private set; }

        public ulong FirstIndex { get; } = firstIndex;

        public ulong LastIndex => FirstIndex + (ulong)Count - 1;

        public long Bytes { get; private set; }

        public bool IsFull(long maxBytes) => _isSealed || Count == MaxBlockEntries || Bytes >= maxBytes;

        public void Add(in LogEntry entry)
        {
            if (Count == _entries.Length)
            {
                // Slices that are in use keep the old array.
                LogEntry[] larger = new LogEntry[Count * 2];
                _entries.CopyTo(larger, 0);
                _entries = larger;
            }

            _entries[Count++] = entry;
            Bytes += entry.Size;
        }

        /// <summary>Cuts the block off after an index; it takes no more entries. Returns the bytes cut off.</summary>
        public long Seal(ulong lastIndex)
        {
            int count = (int)(lastIndex + 1 - FirstIndex);
            long cut = 0;
            for (int i = count; i < Count; i++)
            {
                cut += _entries[i].Size;
            }

            Count = count;
            _isSealed = true;
            Bytes -= cut;
            return cut;
        }

        public ReadOnlyMemory<LogEntry> Slice(ulong first, ulong last, long maxBytes, out long bytes)
        {
            int start = (int)(first - FirstIndex);
            int end = (int)(last - FirstIndex) + 1;
            bytes = _entries[start].Size;
            int i = start + 1;
            while (i < end && bytes + _entries[i].Size <= maxBytes)
            {
                bytes += _entries[i++].Size;
            }

            return _entries.AsMemory(start, i - start);
        }
    }
}
