using System.Numerics;

namespace EmbeddedConsensus.Mvcc;

/// <summary>Slabs to be returned to the operating system: nothing new is put into them, and the owner of the arena
/// moves what is left.</summary>
internal sealed unsafe partial class PageArena
{
    // Below this many slabs there is little to win.
    private const int SpareSlabs = 2;

    private ulong[] _draining = new ulong[1];
    private int _drainingSlabs;
    private long _drainingUnits;
    private long _drainingUsedUnits;

    /// <summary>Starts to drain the slab with the fewest units in use, if less than half of all units are.</summary>
    /// <param name="excludedSlab">A slab that must stay.</param>
    /// <param name="firstUnit">The id of the slab's first unit.</param>
    /// <param name="usedUnits">A bit for each unit from there on that is in use.</param>
    /// <returns>False when the arena is not sparse.</returns>
    public bool TryDrainSlab(int excludedSlab, out uint firstUnit, out ulong usedUnits)
    {
        firstUnit = 0;
        usedUnits = 0;
        long units = AllocatedBytes / UnitBytes - _drainingUnits;
        if ((UsedUnits - _drainingUsedUnits) * 2 >= units || SlabCount - _drainingSlabs <= SpareSlabs)
        {
            return false;
        }
        int slab = EmptiestSlab(excludedSlab);
        if (slab < 0)
        {
            return false;
        }
        firstUnit = (uint)slab << SlabShift;
        usedUnits = _slabs[slab].Units & ~_freeUnits[slab];
        _draining[slab >> 6] |= 1UL << (slab & 63);
        _slabsWithFree[slab >> 6] &= ~(1UL << (slab & 63));
        _drainingSlabs++;
        _drainingUnits += BitOperations.PopCount(_slabs[slab].Units);
        _drainingUsedUnits += BitOperations.PopCount(usedUnits);
        return true;
    }

    // A slab that is idle already is the one in hand.
    private int EmptiestSlab(int excludedSlab)
    {
        int best = -1;
        int bestUsed = int.MaxValue;
        for (int slab = 0; slab < _slabs.Length; slab++)
        {
            int used = BitOperations.PopCount(_slabs[slab].Units & ~_freeUnits[slab]);
            if (used > 0 && used < bestUsed && slab != excludedSlab && !IsDraining(slab))
            {
                best = slab;
                bestUsed = used;
            }
        }
        return best;
    }

    private bool IsDraining(int slab) => (_draining[slab >> 6] >> (slab & 63) & 1) != 0;

    private void OnDrained(int slab, bool idle)
    {
        _drainingUsedUnits--;
        if (idle)
        {
            _draining[slab >> 6] &= ~(1UL << (slab & 63));
            _drainingSlabs--;
            _drainingUnits -= BitOperations.PopCount(_slabs[slab].Units);
            ReleaseSlab(slab);
        }
    }
}
