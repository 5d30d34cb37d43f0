using System.Globalization;
using System.Text;

namespace EmbeddedConsensus.Mvcc;

/// <summary>The address of a record, a multiple of 8, with a flag in the low bits that saves a read of the
/// record.</summary>
/// <param name="Bits">The address and the flag; zero names no record.</param>
internal readonly record struct RecordHandle(ulong Bits)
{
    private const ulong TombstoneFlag = 1;
    private const ulong AddressMask = ~7UL;

    /// <summary>True for the handle of no record.</summary>
    public bool IsNull => Bits == 0;

    /// <summary>True when the record is a tombstone.</summary>
    public bool IsTombstone => (Bits & TombstoneFlag) != 0;

    /// <summary>The record's memory.</summary>
    public unsafe RecordMemory Memory => new((byte*)(Bits & AddressMask));

    /// <summary>The handle of a record at <paramref name="pointer"/>.</summary>
    public static unsafe RecordHandle Create(byte* pointer, bool tombstone)
        => new((ulong)pointer | (tombstone ? TombstoneFlag : 0));

    // The generated printing would box the pointer, which the compiler for native code cannot do.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"0x{Bits:x}");
        return true;
    }
}
