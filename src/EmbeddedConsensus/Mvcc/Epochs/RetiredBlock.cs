using System.Runtime.InteropServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>A block of retired items.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RetiredBlock
{
    /// <summary>Items in a block.</summary>
    public const int Items = 63;

    /// <summary>Bytes of a block.</summary>
    public static readonly int Bytes = sizeof(RetiredBlock) + (Items - 1) * sizeof(RetiredItem);

    /// <summary>The next block of a list, or of the pool.</summary>
    public RetiredBlock* Next;

    /// <summary>The first item; the others follow.</summary>
    public RetiredItem First;
}
