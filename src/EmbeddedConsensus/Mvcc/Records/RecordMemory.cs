using System.Numerics;

namespace EmbeddedConsensus.Mvcc;

/// <summary>The memory of one record: its layout, its links to older versions of its key, and what the writer notes in
/// it. Reads check nothing; <see cref="MvccRecord"/> is the checked form.</summary>
/// <remarks>Layout: the next older version 0, key node 8, mod revision 16, create revision 24, version and flags 32 (8
/// bytes each), sub-revision 40, value length 44 (4 bytes each), then the lease unless it is 0, one link for each level
/// above 0 (8 bytes each), and the value or its address. The links are the only words that change while readers are in
/// the record, besides the key node and the flag of retired records; each is aligned and stored at once.</remarks>
internal readonly unsafe struct RecordMemory
{
    /// <summary>Bytes of the fields that every record has.</summary>
    public const int FixedBytes = 48;

    /// <summary>The highest level of links.</summary>
    public const int MaxLevel = 8;

    private const int KeyOffset = 8;
    private const int ModOffset = 16;
    private const int CreateOffset = 24;
    private const int VersionOffset = 32;
    private const int SubOffset = 40;
    private const int LengthOffset = 44;

    private const int LevelBits = 3;
    private const int FlagBits = 8;
    private const ulong LevelMask = 15;
    private const ulong LeaseFlag = 16;
    private const ulong ExternalFlag = 32;
    private const ulong TombstoneFlag = 64;
    private const ulong RetiredFlag = 128;

    private readonly byte* _memory;

    /// <summary>A view of a record's memory.</summary>
    public RecordMemory(byte* memory) => _memory = memory;

    /// <summary>The first byte.</summary>
    public byte* Pointer => _memory;

    /// <summary>The address of the first byte.</summary>
    public ulong Address => (ulong)_memory;

    /// <summary>The handle of this record.</summary>
    public RecordHandle Handle => RecordHandle.Create(_memory, IsTombstone);

    /// <summary>The node of the record's key. A reader may find either copy of a node that is being moved.</summary>
    public KeyNode Key
    {
        get => new((byte*)Volatile.Read(ref Word(KeyOffset)));
        set => Volatile.Write(ref Word(KeyOffset), (ulong)value.Pointer);
    }

    /// <summary>The main revision.</summary>
    public long ModRevision => *(long*)(_memory + ModOffset);

    /// <summary>The revision that created this generation of the key.</summary>
    public long CreateRevision => *(long*)(_memory + CreateOffset);

    /// <summary>Puts since creation.</summary>
    public long Version => (long)(Flags >> FlagBits);

    /// <summary>The position inside its transaction.</summary>
    public int SubRevision => *(int*)(_memory + SubOffset);

    /// <summary>The attached lease, or 0.</summary>
    public long Lease => (Flags & LeaseFlag) != 0 ? *(long*)(_memory + FixedBytes) : 0;

    /// <summary>True for a deletion.</summary>
    public bool IsTombstone => (Flags & TombstoneFlag) != 0;

    /// <summary>How many links lead from this record past its nearest older version.</summary>
    public int Level => (int)(Flags & LevelMask);

    /// <summary>True once compaction, or a move, has taken the record out of the writer's state.</summary>
    public bool IsRetired => (Flags & RetiredFlag) != 0;

    /// <summary>Where the value is.</summary>
    public ValueRef Value
    {
        get
        {
            byte* place = _memory + ValueOffset(Flags);
            bool external = (Flags & ExternalFlag) != 0;
            return new ValueRef(external ? *(byte**)place : place, *(int*)(_memory + LengthOffset), external);
        }
    }

    private ulong Flags => *(ulong*)(_memory + VersionOffset);

    /// <summary>The nearest older version that has links of a level. Ordered before what is read from it.</summary>
    public RecordHandle Older(int level) => new(Volatile.Read(ref OlderSlot(level)));

    /// <summary>The word that holds a link.</summary>
    public ref ulong OlderSlot(int level)
        => ref Word(level == 0 ? 0 : FixedBytes + LeaseBytes(Flags) + (level - 1) * sizeof(ulong));

    /// <summary>True when this version is newer than a revision.</summary>
    public bool IsAfter(long main, int sub)
    {
        long mod = ModRevision;
        return mod > main || (mod == main && SubRevision > sub);
    }

    /// <summary>Marks the record as taken out of the writer's state.</summary>
    public void MarkRetired() => Word(VersionOffset) |= RetiredFlag;

    /// <summary>Bytes of a record without its value.</summary>
    public static int HeaderBytes(in RecordFields fields)
        => FixedBytes + (fields.Lease != 0 ? sizeof(long) : 0) + LevelOf(fields) * sizeof(ulong);

    /// <summary>Writes the fields into fresh memory; the links are empty.</summary>
    public static RecordMemory Initialize(
        byte* memory, in RecordFields fields, KeyNode key, int valueLength, bool external)
    {
        int level = LevelOf(fields);
        *(ulong*)memory = 0;
        *(ulong*)(memory + KeyOffset) = (ulong)key.Pointer;
        *(long*)(memory + ModOffset) = fields.ModRevision;
        *(long*)(memory + CreateOffset) = fields.CreateRevision;
        *(ulong*)(memory + VersionOffset) = ((ulong)fields.Version << FlagBits) | (uint)level
            | (fields.Lease != 0 ? LeaseFlag : 0)
            | (external ? ExternalFlag : 0)
            | (fields.IsTombstone ? TombstoneFlag : 0);
        *(int*)(memory + SubOffset) = fields.SubRevision;
        *(int*)(memory + LengthOffset) = valueLength;
        byte* rest = memory + FixedBytes;
        if (fields.Lease != 0)
        {
            *(long*)rest = fields.Lease;
            rest += sizeof(long);
        }
        new Span<ulong>(rest, level).Clear();
        return new RecordMemory(memory);
    }

    /// <summary>The place of the value, or of its address.</summary>
    public byte* ValuePlace => _memory + ValueOffset(Flags);

    // One record in eight has a link of level 1, one in 64 of level 2. From a hash, so that any pattern of writes
    // spreads its links evenly.
    private static int LevelOf(in RecordFields fields)
    {
        ulong hash = (ulong)fields.ModRevision * 0x9E3779B97F4A7C15 + (ulong)fields.SubRevision * 0xC2B2AE3D27D4EB4F;
        hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93;
        hash ^= hash >> 32;
        return Math.Min(BitOperations.TrailingZeroCount(hash) / LevelBits, MaxLevel);
    }

    private static int LeaseBytes(ulong flags) => (flags & LeaseFlag) != 0 ? sizeof(long) : 0;

    private static int ValueOffset(ulong flags)
        => FixedBytes + LeaseBytes(flags) + (int)(flags & LevelMask) * sizeof(ulong);

    private ref ulong Word(int offset) => ref *(ulong*)(_memory + offset);
}
