using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>What leaves and inner pages have in common: a header, and the prefix that all keys of the page share. Holds
/// no references; only a view of the memory.</summary>
/// <remarks>Header: kind tag 0 (4 bytes), page id 4 (4), batch 8 (8), cell count 16 (2), prefix length 18 (2), page
/// bytes 20 (2, in units of 256), start of the tails 22 (2), first child 24 (4) and the keys under it 28 (4). Then the
/// prefix, and from the next multiple of 8 on the content.</remarks>
internal readonly unsafe struct TreePage
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 32;

    private const uint LeafTag = 0x4641454C;
    private const uint InnerTag = 0x4E4E4E49;

    private readonly byte* _page;

    /// <summary>A view of a page's memory.</summary>
    public TreePage(byte* page) => _page = page;

    /// <summary>The first byte.</summary>
    public byte* Pointer => _page;

    /// <summary>True for a leaf.</summary>
    public bool IsLeaf => *(uint*)_page == LeafTag;

    /// <summary>The page's id.</summary>
    public uint Id => *(uint*)(_page + 4);

    /// <summary>The batch that made this copy: pages of the current batch are edited in place.</summary>
    public long Batch => *(long*)(_page + 8);

    /// <summary>Cells in the page.</summary>
    public int Count
    {
        get => *(ushort*)(_page + 16);
        set => *(ushort*)(_page + 16) = (ushort)value;
    }

    /// <summary>Bytes of the page.</summary>
    public int PageBytes => *(ushort*)(_page + 20) << 8;

    /// <summary>The longest prefix, and the longest separator in an inner page itself.</summary>
    public int MaxInlineKey => PageBytes / 16;

    /// <summary>What every key in the page starts with.</summary>
    public ReadOnlySpan<byte> Prefix => new(_page + HeaderBytes, PrefixLength);

    /// <summary>Bytes of the prefix.</summary>
    public int PrefixLength => *(ushort*)(_page + 18);

    /// <summary>The offset of what follows the prefix.</summary>
    public int ContentStart => ContentStartFor(PrefixLength);

    /// <summary>The offset of the lowest tail of an inner page.</summary>
    public int TailStart
    {
        get => *(ushort*)(_page + 22);
        set => *(ushort*)(_page + 22) = (ushort)value;
    }

    /// <summary>The leftmost child.</summary>
    public ref uint FirstChild => ref *(uint*)(_page + 24);

    /// <summary>The keys that exist under the leftmost child.</summary>
    public ref uint FirstChildKeys => ref *(uint*)(_page + 28);

    /// <summary>The offset of the content of a page with a prefix of so many bytes.</summary>
    public static int ContentStartFor(int prefixLength) => (HeaderBytes + prefixLength + 7) & ~7;

    /// <summary>True when the memory holds a page with that id.</summary>
    public bool IsPage(uint id) => *(uint*)_page is LeafTag or InnerTag && Id == id;

    /// <summary>Formats the memory as an empty page.</summary>
    public void Initialize(bool leaf, uint id, long batch, int pageBytes)
    {
        new Span<byte>(_page, HeaderBytes).Clear();
        *(uint*)_page = leaf ? LeafTag : InnerTag;
        *(uint*)(_page + 4) = id;
        *(long*)(_page + 8) = batch;
        *(ushort*)(_page + 20) = (ushort)(pageBytes >> 8);
    }

    /// <summary>Makes this page a copy of another, under its own id and batch.</summary>
    public void CopyFrom(TreePage source, uint id, long batch)
    {
        Unsafe.CopyBlock(_page, source._page, (uint)source.PageBytes);
        *(uint*)(_page + 4) = id;
        *(long*)(_page + 8) = batch;
    }

    /// <summary>Marks the memory as no page, so that a stale id is detected.</summary>
    public void Erase() => *(uint*)_page = 0;

    /// <summary>Replaces the prefix; the content is to be written anew.</summary>
    public void SetPrefix(ReadOnlySpan<byte> prefix)
    {
        prefix.CopyTo(new Span<byte>(_page + HeaderBytes, prefix.Length));
        *(ushort*)(_page + 18) = (ushort)prefix.Length;
    }

    /// <summary>Compares a key with the prefix: 0 when it starts with it, otherwise on which side of all keys of the
    /// page it is.</summary>
    public int ComparePrefix(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> prefix = Prefix;
        return key.StartsWith(prefix) ? 0 : key.SequenceCompareTo(prefix);
    }
}
