using System.Numerics;

namespace EmbeddedConsensus.Mvcc;

/// <summary>Small pieces of native memory in segments of equally sized slots, so that a freed slot serves the next
/// piece of its size class. Used by the writer only; readers follow addresses.</summary>
/// <remarks>The first word of a piece in use never has <see cref="FreeFlag"/>; that of a freed slot has it, with the
/// offset of the next free slot of the segment in the upper bits. So a stale address is detected, and a segment can be
/// searched for what is left in it.</remarks>
internal sealed unsafe partial class SlotHeap
{
    /// <summary>In the first word of a slot: the slot is free.</summary>
    public const ulong FreeFlag = 4;

    /// <summary>The largest piece, in bytes.</summary>
    public const int MaxBytes = 4096;

    private const int NextFreeShift = 8;

    private static readonly int[] ClassBytes = MakeClasses();
    private static readonly byte[] ClassOfSize = MapSizes();

    private readonly PageArena _segments;

    // The first segment with a free slot of each size class; zero for none.
    private readonly uint[] _partial = new uint[ClassBytes.Length];

    // Of the segments of each size class that are not being emptied.
    private readonly int[] _segmentsOfClass = new int[ClassBytes.Length];
    private readonly long[] _liveOfClass = new long[ClassBytes.Length];

    /// <summary>An empty heap.</summary>
    /// <param name="segmentBytes">Bytes of a segment.</param>
    /// <param name="initialSlabUnits">Segments of the first slab.</param>
    /// <param name="maxSlabSegments">Segments of the largest slab; one goes back to the operating system only when all
    /// of its segments are free.</param>
    public SlotHeap(int segmentBytes, int initialSlabUnits, int maxSlabSegments)
    {
        _segments = new PageArena(segmentBytes, initialSlabUnits, maxSlabSegments);
        // Unit 0 is never used: zero ends the lists. Its memory is not touched either.
        _segments.Allocate();
    }

    /// <summary>Bytes held from the operating system.</summary>
    public long AllocatedBytes => _segments.AllocatedBytes;

    /// <summary>Bytes of the slots in use.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>Slabs held.</summary>
    public int SlabCount => _segments.SlabCount;

    /// <summary>Hands out a slot of at least so many bytes, aligned to 8. Its content is undefined.</summary>
    public byte* Allocate(int bytes)
    {
        int sizeClass = ClassOfSize[(bytes + 7) >> 3];
        int slotBytes = ClassBytes[sizeClass];
        Segment* segment = _partial[sizeClass] == 0
            ? AddSegment(sizeClass)
            : (Segment*)_segments.Pointer(_partial[sizeClass]);
        byte* slot;
        if (segment->FirstFree != 0)
        {
            slot = (byte*)segment + segment->FirstFree;
            segment->FirstFree = (int)(*(ulong*)slot >> NextFreeShift);
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

    /// <summary>Takes a slot back; no reader may be in it.</summary>
    /// <exception cref="InvariantViolationException">The slot is free already.</exception>
    public void Free(byte* slot)
    {
        Segment* segment = (Segment*)((nuint)slot & ~((nuint)_segments.UnitBytes - 1));
        if (segment->Tag != Segment.LiveTag || segment->LiveSlots <= 0 || (*(ulong*)slot & FreeFlag) != 0)
        {
            throw new InvariantViolationException("A slot was freed twice, or is not one.");
        }
        int sizeClass = segment->SizeClass;
        int slotBytes = ClassBytes[sizeClass];
        bool wasFull = IsFull(segment, slotBytes);
        *(ulong*)slot = FreeFlag | ((ulong)segment->FirstFree << NextFreeShift);
        segment->FirstFree = (int)(slot - (byte*)segment);
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

    /// <summary>Frees all memory.</summary>
    public void Release()
    {
        _segments.Release();
        UsedBytes = 0;
    }

    // Steps of 8 bytes up to 128 and of 16 up to 512, then eight classes for each doubling: a slot is at most an eighth
    // larger than what is in it.
    private static int[] MakeClasses()
    {
        List<int> classes = [];
        for (int size = 16; size <= MaxBytes; size += StepAt(size))
        {
            classes.Add(size);
        }
        return [.. classes];
    }

    private static int StepAt(int size)
        => size < 128 ? 8 : size < 512 ? 16 : 1 << (BitOperations.Log2((uint)size) - 3);

    private static byte[] MapSizes()
    {
        byte[] map = new byte[(MaxBytes >> 3) + 1];
        int sizeClass = 0;
        for (int i = 0; i < map.Length; i++)
        {
            sizeClass += i << 3 > ClassBytes[sizeClass] ? 1 : 0;
            map[i] = (byte)sizeClass;
        }
        return map;
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
}
