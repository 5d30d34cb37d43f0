using System.Globalization;
using System.Text;

namespace EmbeddedConsensus.Mvcc;

/// <summary>The address of a record in the <see cref="RecordHeap"/>, a multiple of 16; the low bits hold flags that
/// save a read of the record.</summary>
/// <param name="Bits">The address and the flags; zero names no record.</param>
internal readonly record struct RecordHandle(ulong Bits)
{
    private const ulong TombstoneFlag = 1;
    private const ulong LargeFlag = 2;
    private const ulong AddressMask = ~15UL;

    /// <summary>True for the handle of no record.</summary>
    public bool IsNull => Bits == 0;

    /// <summary>True when the record is a tombstone.</summary>
    public bool IsTombstone => (Bits & TombstoneFlag) != 0;

    /// <summary>True when the record has an allocation of its own.</summary>
    public bool IsLarge => (Bits & LargeFlag) != 0;

    /// <summary>The record's first byte.</summary>
    public unsafe byte* Pointer => (byte*)(Bits & AddressMask);

    /// <summary>The handle of a record at <paramref name="pointer"/>.</summary>
    public static unsafe RecordHandle Create(byte* pointer, bool tombstone, bool large)
        => new((ulong)pointer | (tombstone ? TombstoneFlag : 0) | (large ? LargeFlag : 0));

    // The generated printing would box the pointer, which the compiler for native code cannot do.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"0x{Bits:x}");
        return true;
    }
}
