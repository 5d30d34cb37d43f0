namespace EmbeddedConsensus.Mvcc;

/// <summary>The writer's scratch list of an inner page's children, in which it edits before it writes pages
/// anew.</summary>
internal sealed unsafe class InnerEntries
{
    private Entry[] _entries = new Entry[64];
    private byte[] _bytes = new byte[1024];
    private int _usedBytes;

    /// <summary>Children in the list.</summary>
    public int Count { get; private set; }

    /// <summary>Starts anew with the content of a page.</summary>
    public void Load(InnerPage page)
    {
        Count = 0;
        _usedBytes = 0;
        AddAll(page);
    }

    /// <summary>Adds the content of the page to the right, with the separator between the two pages.</summary>
    public void Append(InnerPage parent, int separator, InnerPage right)
    {
        int first = Count;
        AddAll(right);
        SetSeparator(first, parent, separator);
    }

    /// <summary>The child of an entry.</summary>
    public uint Child(int index) => _entries[index].Child;

    /// <summary>The keys that exist under an entry's child.</summary>
    public uint Keys(int index) => _entries[index].Keys;

    /// <summary>The keys that exist under some entries' children.</summary>
    public uint KeysOf(int from, int to)
    {
        uint keys = 0;
        for (int i = from; i < to; i++)
        {
            keys += _entries[i].Keys;
        }
        return keys;
    }

    /// <summary>The node of a separator too long for a page, or no node.</summary>
    public KeyNode LongSeparator(int index) => new((byte*)_entries[index].Long);

    /// <summary>The separator to the left of an entry's child; the first entry has none.</summary>
    public ReadOnlySpan<byte> Separator(int index)
    {
        ref Entry entry = ref _entries[index];
        return entry.Long != 0 ? LongSeparator(index).Key : _bytes.AsSpan(entry.Offset, entry.Length);
    }

    /// <summary>Inserts a child with the separator to its left.</summary>
    public void Insert(int index, ReadOnlySpan<byte> separator, KeyNode longSeparator, uint child, uint keys)
    {
        Reserve();
        Array.Copy(_entries, index, _entries, index + 1, Count - index);
        Count++;
        Entry entry = new() { Child = child, Keys = keys, Long = (ulong)longSeparator.Pointer };
        if (longSeparator.IsNull)
        {
            entry.Offset = _usedBytes;
            entry.Length = separator.Length;
            separator.CopyTo(ReserveBytes(separator.Length));
            _usedBytes += separator.Length;
        }
        _entries[index] = entry;
    }

    /// <summary>Removes a child with the separator to its left, or for the first one the separator to its
    /// right.</summary>
    public void RemoveAt(int index)
    {
        Count--;
        Array.Copy(_entries, index + 1, _entries, index, Count - index);
    }

    /// <summary>Replaces an entry's child.</summary>
    public void Set(int index, uint child, uint keys)
    {
        _entries[index].Child = child;
        _entries[index].Keys = keys;
    }

    private void AddAll(InnerPage page)
    {
        for (int position = 0; position <= page.Count; position++)
        {
            Reserve();
            _entries[Count++] = new Entry { Child = page.Child(position), Keys = page.Keys(position) };
            if (position > 0)
            {
                SetSeparator(Count - 1, page, position - 1);
            }
        }
    }

    private void SetSeparator(int index, InnerPage page, int separator)
    {
        ref Entry entry = ref _entries[index];
        entry.Long = (ulong)page.LongSeparator(separator).Pointer;
        if (entry.Long == 0)
        {
            entry.Offset = _usedBytes;
            entry.Length = page.CopySeparator(separator, ReserveBytes(page.Page.PageBytes));
            _usedBytes += entry.Length;
        }
    }

    private void Reserve()
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }
    }

    private Span<byte> ReserveBytes(int count)
    {
        if (_usedBytes + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _usedBytes + count));
        }
        return _bytes.AsSpan(_usedBytes);
    }

    private struct Entry
    {
        public uint Child;
        public uint Keys;
        public ulong Long;
        public int Offset;
        public int Length;
    }
}
