using System.Numerics;
using System.Runtime.InteropServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>Records in native memory. Small ones share segments of equally sized slots, so that a freed slot serves the
/// next record of its size class (eight classes for each doubling: at most an eighth is lost inside a slot); a large
/// one has an allocation of its own that returns to the operating system. Used by the writer only; readers follow
/// handles.</summary>
internal sealed unsafe partial class RecordHeap
{
    private const int FineStep = 16;
    private const int FineLimit = 256;
    private const int FineClasses = FineLimit / FineStep;
    private const int ClassesPerDoubling = 8;
    private const int ClassCount = FineClasses + 4 * ClassesPerDoubling;

    /// <summary>Records above this many bytes get an allocation of their own.</summary>
    public const int MaxSmallBytes = 4096;

    // Small slabs: one goes back to the operating system only when all of its segments are free.
    private const int MaxSlabSegments = 8;

    private readonly PageArena _segments;

    // The first segment with a free slot of each size class; zero for none.
    private readonly uint[] _partial = new uint[ClassCount];

    // Of the segments of each size class that are not being emptied.
    private readonly int[] _segmentsOfClass = new int[ClassCount];
    private readonly long[] _liveOfClass = new long[ClassCount];
    private LargeHeader* _large;

    /// <summary>An empty heap.</summary>
    public RecordHeap(int segmentBytes, int initialSlabUnits)
    {
        _segments = new PageArena(segmentBytes, initialSlabUnits, MaxSlabSegments);
        // Unit 0 is never used: zero ends the lists. Its memory is not touched either.
        _segments.Allocate();
    }

    /// <summary>Bytes held from the operating system.</summary>
    public long AllocatedBytes => _segments.AllocatedBytes + LargeBytes;

    /// <summary>Bytes of live records, slot rounding included.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>Bytes of records with an allocation of their own.</summary>
    public long LargeBytes { get; private set; }

    /// <summary>Slabs of small records.</summary>
    public int SlabCount => _segments.SlabCount;

    /// <summary>Copies a record into the heap.</summary>
    public RecordHandle Add(in RecordFields fields, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        int size = checked(MvccRecord.HeaderBytes + key.Length + value.Length);
        bool large = size > MaxSmallBytes;
        byte* memory = large ? AllocateLarge(size) : AllocateSmall(size);
        MvccRecord.Initialize(memory, fields, key, value);
        return RecordHandle.Create(memory, fields.IsTombstone, large);
    }

    /// <summary>Copies a key alone into the heap, for a separator of the tree. It gets an allocation of its own, so
    /// that a record in a shared segment always belongs to a cell of a leaf.</summary>
    public RecordHandle AddSeparator(ReadOnlySpan<byte> key)
    {
        byte* memory = AllocateLarge(checked(MvccRecord.HeaderBytes + key.Length));
        MvccRecord.Initialize(memory, default, key, default);
        return RecordHandle.Create(memory, tombstone: false, large: true);
    }

    /// <summary>Takes a record's memory back; no reader may hold it.</summary>
    public void Free(RecordHandle handle)
    {
        byte* memory = handle.Pointer;
        int size = MvccRecord.Clear(memory);
        if (handle.IsLarge)
        {
            FreeLarge(memory, size);
        }
        else
        {
            FreeSmall(memory, size);
        }
    }

    /// <summary>Frees all memory.</summary>
    public void Release()
    {
        while (_large != null)
        {
            LargeHeader* next = _large->Next;
            NativeMemory.AlignedFree(_large);
            _large = next;
        }
        _segments.Release();
        LargeBytes = 0;
        UsedBytes = 0;
    }

    private static int SizeClass(int size)
    {
        if (size <= FineLimit)
        {
            return (size + FineStep - 1) / FineStep - 1;
        }
        int log = BitOperations.Log2((uint)(size - 1));
        return FineClasses + (log - 8) * ClassesPerDoubling + ((size - 1 - (1 << log)) >> (log - 3));
    }

    private static int SlotBytes(int sizeClass)
    {
        if (sizeClass < FineClasses)
        {
            return (sizeClass + 1) * FineStep;
        }
        int log = 8 + (sizeClass - FineClasses) / ClassesPerDoubling;
        int step = (sizeClass - FineClasses) % ClassesPerDoubling;
        return (1 << log) + (step + 1) * (1 << (log - 3));
    }

    private byte* AllocateSmall(int size)
    {
        int sizeClass = SizeClass(size);
        int slotBytes = SlotBytes(sizeClass);
        Segment* segment = _partial[sizeClass] == 0
            ? AddSegment(sizeClass)
            : (Segment*)_segments.Pointer(_partial[sizeClass]);
        byte* slot;
        if (segment->FirstFree != 0)
        {
            slot = (byte*)segment + segment->FirstFree;
            segment->FirstFree = *(int*)slot;
        }
        else
        {
            slot = (byte*)segment + segment->Untouched;
            segment->Untouched += slotBytes;
        }
        segment->LiveSlots++;
        _liveOfClass[sizeClass]++;
        if (IsFull(segment, slotBytes))
        {
            Unlink(segment);
        }
        UsedBytes += slotBytes;
        return slot;
    }

    private void FreeSmall(byte* memory, int size)
    {
        Segment* segment = (Segment*)((nuint)memory & ~((nuint)_segments.UnitBytes - 1));
        int sizeClass = SizeClass(size);
        if (segment->Tag != Segment.LiveTag || segment->SizeClass != sizeClass || segment->LiveSlots <= 0)
        {
            throw new InvariantViolationException("A record does not lie in a segment of its size class.");
        }
        int slotBytes = SlotBytes(sizeClass);
        bool wasFull = IsFull(segment, slotBytes);
        *(int*)memory = segment->FirstFree;
        segment->FirstFree = (int)(memory - (byte*)segment);
        segment->LiveSlots--;
        UsedBytes -= slotBytes;
        if (segment->IsBeingEmptied)
        {
            FreeEmptied(segment);
            return;
        }
        _liveOfClass[sizeClass]--;
        if (wasFull)
        {
            Link(segment);
        }
        if (segment->LiveSlots == 0)
        {
            Unlink(segment);
            _segmentsOfClass[sizeClass]--;
            FreeSegment(segment);
        }
    }

    private void FreeSegment(Segment* segment)
    {
        segment->Tag = 0;
        _segments.Free(segment->Id);
    }

    private Segment* AddSegment(int sizeClass)
    {
        uint id = _segments.Allocate();
        Segment* segment = (Segment*)_segments.Pointer(id);
        *segment = new Segment
        {
            Tag = Segment.LiveTag,
            Id = id,
            SizeClass = sizeClass,
            Untouched = Segment.HeaderBytes,
        };
        Link(segment);
        _segmentsOfClass[sizeClass]++;
        return segment;
    }

    private bool IsFull(Segment* segment, int slotBytes)
        => segment->FirstFree == 0 && segment->Untouched + slotBytes > _segments.UnitBytes;

    private void Link(Segment* segment)
    {
        ref uint head = ref _partial[segment->SizeClass];
        segment->Previous = 0;
        segment->Next = head;
        if (head != 0)
        {
            ((Segment*)_segments.Pointer(head))->Previous = segment->Id;
        }
        head = segment->Id;
    }

    private void Unlink(Segment* segment)
    {
        if (segment->Previous != 0)
        {
            ((Segment*)_segments.Pointer(segment->Previous))->Next = segment->Next;
        }
        else
        {
            _partial[segment->SizeClass] = segment->Next;
        }
        if (segment->Next != 0)
        {
            ((Segment*)_segments.Pointer(segment->Next))->Previous = segment->Previous;
        }
        segment->Previous = 0;
        segment->Next = 0;
    }

    private byte* AllocateLarge(int size)
    {
        LargeHeader* header = (LargeHeader*)NativeMemory.AlignedAlloc((nuint)(sizeof(LargeHeader) + size), 16);
        header->Previous = null;
        header->Next = _large;
        if (_large != null)
        {
            _large->Previous = header;
        }
        _large = header;
        LargeBytes += size;
        UsedBytes += size;
        return (byte*)(header + 1);
    }

    private void FreeLarge(byte* memory, int size)
    {
        LargeHeader* header = (LargeHeader*)memory - 1;
        if (header->Previous != null)
        {
            header->Previous->Next = header->Next;
        }
        else
        {
            _large = header->Next;
        }
        if (header->Next != null)
        {
            header->Next->Previous = header->Previous;
        }
        LargeBytes -= size;
        UsedBytes -= size;
        NativeMemory.AlignedFree(header);
    }

    /// <summary>The head of a segment; slots follow. Offsets count from the segment's start.</summary>
    private struct Segment
    {
        public const uint LiveTag = 0x5345474D;
        public const int HeaderBytes = 64;

        public uint Tag;
        public uint Id;
        public int SizeClass;
        public int LiveSlots;
        public int FirstFree;
        public int Untouched;
        public uint Previous;
        public uint Next;
        public bool IsBeingEmptied;
    }

    /// <summary>Links the large records, so that they can be given back together. 16 bytes, to keep records
    /// aligned.</summary>
    private struct LargeHeader
    {
        public LargeHeader* Previous;
        public LargeHeader* Next;
    }
}
