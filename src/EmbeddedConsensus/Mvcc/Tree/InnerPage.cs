namespace EmbeddedConsensus.Mvcc;

/// <summary>An inner page: its children, the keys that exist under each, and between any two children a separator that
/// is above all keys to its left and not above those to its right.</summary>
/// <remarks>A slot of 16 bytes: the separator's head, the child to its right, the keys under it, the offset of its tail
/// and its length without the prefix. A tail holds what does not fit the head: the rest of the separator, or for one
/// that is too long to be kept in a page, the address of the node that holds all of it.</remarks>
internal readonly unsafe struct InnerPage
{
    /// <summary>Bytes of a slot.</summary>
    public static readonly int SlotBytes = sizeof(Slot);

    private const int LongFlag = 0x8000;

    private readonly TreePage _page;

    /// <summary>A view of an inner page.</summary>
    public InnerPage(TreePage page) => _page = page;

    /// <summary>The page.</summary>
    public TreePage Page => _page;

    /// <summary>Separators in the page; one less than children.</summary>
    public int Count => _page.Count;

    /// <summary>True when so little is in the page that it should be merged.</summary>
    public bool IsSparse
        => _page.PageBytes - _page.TailStart + Count * SlotBytes <= _page.PageBytes / 3;

    private Slot* Slots => (Slot*)(_page.Pointer + _page.ContentStart);

    /// <summary>The child at a position: 0 is the leftmost, then one to the right of each separator.</summary>
    public ref uint Child(int position)
    {
        if (position == 0)
        {
            return ref _page.FirstChild;
        }
        return ref SlotAt(position - 1)->Child;
    }

    /// <summary>The keys that exist under the child at a position.</summary>
    public ref uint Keys(int position)
    {
        if (position == 0)
        {
            return ref _page.FirstChildKeys;
        }
        return ref SlotAt(position - 1)->Keys;
    }

    /// <summary>The keys that exist under the children before a position.</summary>
    public long KeysBefore(int position)
    {
        long keys = 0;
        for (int i = 0; i < position; i++)
        {
            keys += Keys(i);
        }
        return keys;
    }

    /// <summary>The position of the child that covers a key.</summary>
    public int ChildPosition(ReadOnlySpan<byte> key)
    {
        int side = _page.ComparePrefix(key);
        if (side != 0)
        {
            return side < 0 ? 0 : Count;
        }
        ReadOnlySpan<byte> suffix = key[_page.PrefixLength..];
        uint head = KeyHead.Of(suffix);
        Slot* slots = Slots;
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            uint other = slots[middle].Head;
            if (head > other || (head == other && IsAtOrAbove(key, suffix, slots + middle)))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }

    /// <summary>The node that holds a separator too long for the page, or no node.</summary>
    public KeyNode LongSeparator(int index)
    {
        Slot* slot = SlotAt(index);
        return (slot->Length & LongFlag) != 0 ? LongNode(slot) : default;
    }

    /// <summary>Copies a separator; it must not be a long one.</summary>
    /// <returns>Its length.</returns>
    public int CopySeparator(int index, Span<byte> target)
    {
        Slot* slot = SlotAt(index);
        ReadOnlySpan<byte> prefix = _page.Prefix;
        prefix.CopyTo(target);
        int length = slot->Length;
        KeyHead.Write(slot->Head, target.Slice(prefix.Length, Math.Min(length, KeyHead.Bytes)));
        Tail(slot).CopyTo(target[(prefix.Length + Math.Min(length, KeyHead.Bytes))..]);
        return prefix.Length + length;
    }

    /// <summary>Writes the content anew if it fits.</summary>
    /// <param name="entries">The children, each but the first with the separator to its left.</param>
    /// <param name="from">The first child of the page.</param>
    /// <param name="to">The end of the page's children.</param>
    public bool TryBuild(InnerEntries entries, int from, int to)
    {
        int separators = to - from - 1;
        ReadOnlySpan<byte> first = separators == 0 ? default : entries.Separator(from + 1);
        int prefix = separators < 2
            ? 0
            : Math.Min(first.CommonPrefixLength(entries.Separator(to - 1)), _page.MaxInlineKey);
        int tails = 0;
        for (int i = from + 1; i < to; i++)
        {
            tails += entries.LongSeparator(i).IsNull
                ? Math.Max(0, entries.Separator(i).Length - prefix - KeyHead.Bytes)
                : sizeof(ulong);
        }
        int start = TreePage.ContentStartFor(prefix);
        if (start + separators * SlotBytes + tails > _page.PageBytes)
        {
            return false;
        }
        _page.SetPrefix(first[..prefix]);
        _page.Count = separators;
        _page.FirstChild = entries.Child(from);
        _page.FirstChildKeys = entries.Keys(from);
        int tail = _page.PageBytes;
        for (int i = from + 1; i < to; i++)
        {
            WriteSlot(Slots + (i - from - 1), entries, i, prefix, ref tail);
        }
        _page.TailStart = tail;
        return true;
    }

    private void WriteSlot(Slot* slot, InnerEntries entries, int entry, int prefix, ref int tail)
    {
        ReadOnlySpan<byte> suffix = entries.Separator(entry)[prefix..];
        KeyNode node = entries.LongSeparator(entry);
        ulong address = (ulong)node.Pointer;
        ReadOnlySpan<byte> rest = !node.IsNull
            ? new ReadOnlySpan<byte>(&address, sizeof(ulong))
            : suffix[Math.Min(suffix.Length, KeyHead.Bytes)..];
        tail -= rest.Length;
        rest.CopyTo(new Span<byte>(_page.Pointer + tail, rest.Length));
        *slot = new Slot
        {
            Head = KeyHead.Of(suffix),
            Child = entries.Child(entry),
            Keys = entries.Keys(entry),
            Tail = (ushort)tail,
            Length = (ushort)(node.IsNull ? suffix.Length : LongFlag),
        };
    }

    // The heads are equal, so up to four bytes the longer one is above: it continues with zeros where the other ends.
    private bool IsAtOrAbove(ReadOnlySpan<byte> key, ReadOnlySpan<byte> suffix, Slot* slot)
    {
        if ((slot->Length & LongFlag) != 0)
        {
            return key.SequenceCompareTo(LongNode(slot).Key) >= 0;
        }
        return suffix.Length > KeyHead.Bytes && slot->Length > KeyHead.Bytes
            ? suffix[KeyHead.Bytes..].SequenceCompareTo(Tail(slot)) >= 0
            : suffix.Length >= slot->Length;
    }

    private ReadOnlySpan<byte> Tail(Slot* slot)
        => new(_page.Pointer + slot->Tail, Math.Max(0, slot->Length - KeyHead.Bytes));

    private KeyNode LongNode(Slot* slot)
        => new((byte*)System.Runtime.CompilerServices.Unsafe.ReadUnaligned<ulong>(_page.Pointer + slot->Tail));

    private Slot* SlotAt(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            throw new InvariantViolationException($"Page {_page.Id} has {Count} separators, not one at {index}.");
        }
        return Slots + index;
    }

    private struct Slot
    {
        public uint Head;
        public uint Child;
        public uint Keys;
        public ushort Tail;
        public ushort Length;
    }
}
