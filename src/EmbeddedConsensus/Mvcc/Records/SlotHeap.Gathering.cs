namespace EmbeddedConsensus.Mvcc;

/// <summary>Keeps fragmentation bounded: when more than half of a size class's slots are free, sparse segments are
/// emptied by moving what is left in them, a piece at a time; when more than half of the segments are free, slabs are
/// emptied in the same way and given back.</summary>
internal sealed unsafe partial class SlotHeap
{
    // So that a class with few segments is left alone.
    private const int SpareSegments = 2;

    private Segment* _emptying;
    private int _emptyingOffset;
    private int _nextClassToGather;
    private uint _drainedSlabStart;
    private ulong _segmentsToDrain;

    /// <summary>Finds the next piece to move and then free; null when no segment is sparse. A piece that waits for
    /// readers is returned too.</summary>
    public byte* TakeSparse()
    {
        while (_emptying != null || TryPickSegment())
        {
            int slotBytes = ClassBytes[_emptying->SizeClass];
            while (_emptyingOffset < _emptying->Untouched)
            {
                byte* slot = (byte*)_emptying + _emptyingOffset;
                _emptyingOffset += slotBytes;
                if ((*(ulong*)slot & FreeFlag) == 0)
                {
                    return slot;
                }
            }
            // All of its pieces are on their way out; the last one to be freed takes it along.
            _emptying = null;
        }
        return null;
    }

    private bool TryPickSegment()
    {
        for (int i = 0; i < ClassBytes.Length; i++)
        {
            _nextClassToGather = (_nextClassToGather + 1) % ClassBytes.Length;
            if (IsSparse(_nextClassToGather))
            {
                StartEmptying(SparsestOf(_nextClassToGather));
                return true;
            }
        }
        return TryPickSegmentOfSparseSlab();
    }

    private bool TryPickSegmentOfSparseSlab()
    {
        // Unit 0 ends the lists and is never given back, so its slab stays.
        while (_segmentsToDrain != 0
            || _segments.TryDrainSlab(excludedSlab: 0, out _drainedSlabStart, out _segmentsToDrain))
        {
            uint id = _drainedSlabStart + (uint)System.Numerics.BitOperations.TrailingZeroCount(_segmentsToDrain);
            _segmentsToDrain &= _segmentsToDrain - 1;
            // It may have been freed since, with its slab.
            if (_segments.IsUsed(id) && (Segment*)_segments.Pointer(id) is var segment && !segment->IsBeingEmptied)
            {
                StartEmptying(segment);
                return true;
            }
        }
        return false;
    }

    private bool IsSparse(int sizeClass)
    {
        int segments = _segmentsOfClass[sizeClass];
        long slots = (long)segments * ((_segments.UnitBytes - Segment.HeaderBytes) / ClassBytes[sizeClass]);
        return segments > SpareSegments && _liveOfClass[sizeClass] * 2 < slots;
    }

    // Any segment less than half full will do; a look at a few finds a good one.
    private Segment* SparsestOf(int sizeClass)
    {
        const int looks = 8;
        Segment* best = null;
        uint id = _partial[sizeClass];
        for (int i = 0; i < looks && id != 0; i++)
        {
            Segment* segment = (Segment*)_segments.Pointer(id);
            if (best == null || segment->LiveSlots < best->LiveSlots)
            {
                best = segment;
            }
            id = segment->Next;
        }
        return best != null
            ? best
            : throw new InvariantViolationException("A sparse size class has no segment with a free slot.");
    }

    private void StartEmptying(Segment* segment)
    {
        if (!IsFull(segment, ClassBytes[segment->SizeClass]))
        {
            Unlink(segment);
        }
        segment->IsBeingEmptied = true;
        _segmentsOfClass[segment->SizeClass]--;
        _liveOfClass[segment->SizeClass] -= segment->LiveSlots;
        _emptying = segment;
        _emptyingOffset = Segment.HeaderBytes;
    }

    private void FreeEmptied(Segment* segment)
    {
        if (segment->LiveSlots > 0)
        {
            return;
        }
        if (_emptying == segment)
        {
            _emptying = null;
        }
        FreeSegment(segment);
    }
}
