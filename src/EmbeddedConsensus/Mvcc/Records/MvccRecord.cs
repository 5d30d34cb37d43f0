using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>One version of one key. A view of native memory: valid while the view it came from is open, or, from
/// <see cref="MvccStore.WriterView"/>, until the writer next publishes or reclaims.</summary>
/// <remarks>Layout, little endian: create revision 0, mod revision 8, version 16, lease 24 (8 bytes each), sub-revision
/// 32, key length 36, value length 40, tag and flags 44 (4 bytes each), then the key and the value.</remarks>
internal readonly unsafe ref struct MvccRecord
{
    /// <summary>Bytes before the key.</summary>
    public const int HeaderBytes = 48;

    private const int ModOffset = 8;
    private const int VersionOffset = 16;
    private const int LeaseOffset = 24;
    private const int SubOffset = 32;
    private const int KeyLengthOffset = 36;
    private const int ValueLengthOffset = 40;
    private const int TagOffset = 44;
    private const uint LiveTag = 0x4D560000;
    private const uint FreedTag = 0x0000DEAD;
    private const uint TagMask = 0xFFFF0000;
    private const uint TombstoneFlag = 1;

    private readonly byte* _record;

    /// <summary>The record at a handle.</summary>
    /// <exception cref="InvariantViolationException">There is no live record there.</exception>
    public MvccRecord(RecordHandle handle)
    {
        _record = handle.Pointer;
        if (_record == null || (Read<uint>(TagOffset) & TagMask) != LiveTag)
        {
            throw new InvariantViolationException($"Record handle {handle.Bits:x} does not lead to a live record.");
        }
    }

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key => new(_record + HeaderBytes, Read<int>(KeyLengthOffset));

    /// <summary>The value; empty for a tombstone.</summary>
    public ReadOnlySpan<byte> Value
        => new(_record + HeaderBytes + Read<int>(KeyLengthOffset), Read<int>(ValueLengthOffset));

    /// <summary>The revision that created the current generation of the key; 0 for a tombstone.</summary>
    public long CreateRevision => Read<long>(0);

    /// <summary>The main revision of the transaction that wrote this version.</summary>
    public long ModRevision => Read<long>(ModOffset);

    /// <summary>How many times the key was put since it was created, from 1; 0 for a tombstone.</summary>
    public long Version => Read<long>(VersionOffset);

    /// <summary>The attached lease, or 0.</summary>
    public long Lease => Read<long>(LeaseOffset);

    /// <summary>The position among the changes of one transaction, from 0.</summary>
    public int SubRevision => Read<int>(SubOffset);

    /// <summary>True when this version marks the key as deleted.</summary>
    public bool IsTombstone => (Read<uint>(TagOffset) & TombstoneFlag) != 0;

    /// <summary>The fixed-size fields together.</summary>
    public RecordFields Fields => new()
    {
        CreateRevision = CreateRevision,
        ModRevision = ModRevision,
        Version = Version,
        Lease = Lease,
        SubRevision = SubRevision,
        IsTombstone = IsTombstone,
    };

    /// <summary>Whether memory that once held a record still does.</summary>
    public static bool IsLive(byte* memory, out bool tombstone)
    {
        uint tag = Unsafe.ReadUnaligned<uint>(memory + TagOffset);
        tombstone = (tag & TombstoneFlag) != 0;
        return (tag & TagMask) == LiveTag;
    }

    /// <summary>Writes a record's header and its bytes into fresh memory.</summary>
    public static void Initialize(
        byte* target, in RecordFields fields, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Unsafe.WriteUnaligned(target, fields.CreateRevision);
        Unsafe.WriteUnaligned(target + ModOffset, fields.ModRevision);
        Unsafe.WriteUnaligned(target + VersionOffset, fields.Version);
        Unsafe.WriteUnaligned(target + LeaseOffset, fields.Lease);
        Unsafe.WriteUnaligned(target + SubOffset, fields.SubRevision);
        Unsafe.WriteUnaligned(target + KeyLengthOffset, key.Length);
        Unsafe.WriteUnaligned(target + ValueLengthOffset, value.Length);
        Unsafe.WriteUnaligned(target + TagOffset, LiveTag | (fields.IsTombstone ? TombstoneFlag : 0));
        key.CopyTo(new Span<byte>(target + HeaderBytes, key.Length));
        value.CopyTo(new Span<byte>(target + HeaderBytes + key.Length, value.Length));
    }

    /// <summary>Marks memory as no longer a record, so that a stale handle is detected, and returns the record's
    /// size.</summary>
    /// <exception cref="InvariantViolationException">It was not a live record.</exception>
    public static int Clear(byte* record)
    {
        uint tag = Unsafe.ReadUnaligned<uint>(record + TagOffset);
        if ((tag & TagMask) != LiveTag)
        {
            throw new InvariantViolationException("A record was freed twice or its header is damaged.");
        }
        Unsafe.WriteUnaligned(record + TagOffset, FreedTag);
        return HeaderBytes + Unsafe.ReadUnaligned<int>(record + KeyLengthOffset)
            + Unsafe.ReadUnaligned<int>(record + ValueLengthOffset);
    }

    private T Read<T>(int offset) where T : unmanaged => Unsafe.ReadUnaligned<T>(_record + offset);
}
