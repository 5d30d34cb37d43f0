using System.Numerics;
using System.Runtime.InteropServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>Units of one fixed size in native slabs of up to 64, named by 32-bit ids, so that the garbage collector
/// sees nothing of what is in them. One writer allocates and frees; any thread resolves ids that a published root
/// reaches. A slab is aligned to the unit's size and goes back to the operating system when all of it is
/// free.</summary>
internal sealed unsafe partial class PageArena
{
    private const int SlabShift = 6;
    private const int UnitsPerSlab = 1 << SlabShift;
    private const int MaxSlabs = 1 << (32 - SlabShift);

    private readonly int _initialSlabUnits;
    private readonly int _maxSlabUnits;

    // Replaced as a whole when it grows: a reader that holds an older array still finds every unit that it may use.
    private Slab[] _slabs = new Slab[8];
    private ulong[] _freeUnits = new ulong[8];
    private ulong[] _slabsWithFree = new ulong[1];
    private int _idleSlab = -1;

    /// <summary>An arena without slabs.</summary>
    /// <param name="unitBytes">Bytes of a unit, a power of two.</param>
    /// <param name="initialSlabUnits">Units of the first slab; every further one doubles.</param>
    /// <param name="maxSlabUnits">Units of the largest slab, up to 64.</param>
    public PageArena(int unitBytes, int initialSlabUnits, int maxSlabUnits = UnitsPerSlab)
    {
        UnitBytes = unitBytes;
        _initialSlabUnits = initialSlabUnits;
        _maxSlabUnits = maxSlabUnits;
    }

    /// <summary>Bytes of one unit.</summary>
    public int UnitBytes { get; }

    /// <summary>Slabs held.</summary>
    public int SlabCount { get; private set; }

    /// <summary>Bytes held from the operating system.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Units handed out.</summary>
    public long UsedUnits { get; private set; }

    /// <summary>The memory of a unit. Safe on any thread for a unit that cannot be freed meanwhile.</summary>
    /// <exception cref="InvariantViolationException">No slab holds that id.</exception>
    public byte* Pointer(uint id)
    {
        Slab[] slabs = Volatile.Read(ref _slabs);
        uint index = id >> SlabShift;
        if (index >= (uint)slabs.Length || (slabs[index].Units >> (int)(id & (UnitsPerSlab - 1)) & 1) == 0)
        {
            throw new InvariantViolationException($"Page {id} is outside every slab.");
        }
        return slabs[index].Base + (long)(id & (UnitsPerSlab - 1)) * UnitBytes;
    }

    /// <summary>Hands out a unit with undefined content.</summary>
    public uint Allocate()
    {
        int slab = FindSlabWithFree();
        if (slab < 0)
        {
            slab = AddSlab();
        }
        if (slab == _idleSlab)
        {
            _idleSlab = -1;
        }
        int unit = BitOperations.TrailingZeroCount(_freeUnits[slab]);
        _freeUnits[slab] &= _freeUnits[slab] - 1;
        if (_freeUnits[slab] == 0)
        {
            _slabsWithFree[slab >> 6] &= ~(1UL << (slab & 63));
        }
        UsedUnits++;
        return ((uint)slab << SlabShift) | (uint)unit;
    }

    /// <summary>Frees a unit, which must no longer be in use.</summary>
    /// <exception cref="InvariantViolationException">The unit is free already.</exception>
    public void Free(uint id)
    {
        int slab = (int)(id >> SlabShift);
        ulong bit = 1UL << (int)(id & (UnitsPerSlab - 1));
        if (slab >= _slabs.Length || (_slabs[slab].Units & bit) == 0 || (_freeUnits[slab] & bit) != 0)
        {
            throw new InvariantViolationException($"Page {id} was freed twice or never handed out.");
        }
        _freeUnits[slab] |= bit;
        UsedUnits--;
        bool idle = _freeUnits[slab] == _slabs[slab].Units;
        if (IsDraining(slab))
        {
            OnDrained(slab, idle);
            return;
        }
        _slabsWithFree[slab >> 6] |= 1UL << (slab & 63);
        if (idle)
        {
            OnSlabIdle(slab);
        }
    }

    /// <summary>True for a unit that is handed out. For the writer.</summary>
    public bool IsUsed(uint id)
    {
        int slab = (int)(id >> SlabShift);
        return slab < _slabs.Length
            && ((_slabs[slab].Units & ~_freeUnits[slab]) >> (int)(id & (UnitsPerSlab - 1)) & 1) != 0;
    }

    /// <summary>Frees every slab; no id is valid afterwards.</summary>
    public void Release()
    {
        for (int i = 0; i < _slabs.Length; i++)
        {
            if (_slabs[i].Units != 0)
            {
                ReleaseSlab(i);
            }
        }
        _idleSlab = -1;
        UsedUnits = 0;
    }

    private int FindSlabWithFree()
    {
        for (int word = 0; word < _slabsWithFree.Length; word++)
        {
            if (_slabsWithFree[word] != 0)
            {
                return (word << 6) + BitOperations.TrailingZeroCount(_slabsWithFree[word]);
            }
        }
        return -1;
    }

    // One idle slab stays in hand, so that a store at the edge of a slab does not call the system for every page.
    private void OnSlabIdle(int slab)
    {
        if (_idleSlab < 0)
        {
            _idleSlab = slab;
        }
        else if (_slabs[slab].Units > _slabs[_idleSlab].Units)
        {
            ReleaseSlab(slab);
        }
        else
        {
            ReleaseSlab(_idleSlab);
            _idleSlab = slab;
        }
    }

    private int AddSlab()
    {
        int index = FindEmptySlot();
        int units = (int)Math.Min(_maxSlabUnits, (long)_initialSlabUnits << Math.Min(SlabCount, SlabShift));
        nuint bytes = (nuint)units * (nuint)UnitBytes;
        byte* memory = (byte*)NativeMemory.AlignedAlloc(bytes, (nuint)UnitBytes);
        ulong mask = units == UnitsPerSlab ? ulong.MaxValue : (1UL << units) - 1;
        _slabs[index] = new Slab(memory, mask);
        _freeUnits[index] = mask;
        _slabsWithFree[index >> 6] |= 1UL << (index & 63);
        SlabCount++;
        AllocatedBytes += (long)bytes;
        return index;
    }

    private int FindEmptySlot()
    {
        for (int i = 0; i < _slabs.Length; i++)
        {
            if (_slabs[i].Units == 0)
            {
                return i;
            }
        }
        int old = _slabs.Length;
        if (old >= MaxSlabs)
        {
            throw new InvariantViolationException($"The arena is full: {MaxSlabs} slabs of {UnitsPerSlab} pages.");
        }
        Slab[] grown = new Slab[old * 2];
        Array.Copy(_slabs, grown, old);
        Array.Resize(ref _freeUnits, old * 2);
        Array.Resize(ref _slabsWithFree, (old * 2 + 63) >> 6);
        Array.Resize(ref _draining, (old * 2 + 63) >> 6);
        Volatile.Write(ref _slabs, grown);
        return old;
    }

    private void ReleaseSlab(int slab)
    {
        Slab released = _slabs[slab];
        _slabs[slab] = default;
        _freeUnits[slab] = 0;
        _slabsWithFree[slab >> 6] &= ~(1UL << (slab & 63));
        SlabCount--;
        AllocatedBytes -= (long)BitOperations.PopCount(released.Units) * UnitBytes;
        NativeMemory.AlignedFree(released.Base);
    }

    /// <summary>One block from the operating system; a bit of Units for each unit in it.</summary>
    private readonly struct Slab(byte* memory, ulong units)
    {
        public readonly byte* Base = memory;
        public readonly ulong Units = units;
    }
}
