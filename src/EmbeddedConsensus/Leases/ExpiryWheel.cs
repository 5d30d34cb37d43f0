using System.Numerics;

namespace EmbeddedConsensus.Leases;

/// <summary>
/// Finds the leases that are due: a hierarchical timing wheel (Varghese and Lauck, 1987) whose lists are threaded
/// through the leases themselves. A renewal touches nothing here; a lease is looked at again when its old deadline
/// comes.
/// </summary>
/// <remarks>A lease becomes due at most a wheel tick late and never early.</remarks>
/// <param name="leases">The leases.</param>
internal sealed class ExpiryWheel(SlotArray<Lease> leases)
{
    // 131 ms. Seven levels of 64 lists reach further than the longest time to live.
    private const int TickShift = 17;
    private const int LevelShift = 6;
    private const int Levels = 7;
    private const int Lists = 1 << LevelShift;
    private const int DueList = Levels * Lists;

    private readonly int[] _heads = new int[DueList + 1];
    private long _tick;

    /// <summary>The first lease that is due, by its deadline when it was last looked at; 0 if there is none.</summary>
    public int FirstDue => _heads[DueList];

    /// <summary>Takes a lease that is in no list.</summary>
    public void Add(int slot)
    {
        // Rounded up: in the tick in which its deadline lies, a lease may still live.
        long tick = (leases[slot].Deadline >> TickShift) + 1;
        if (tick <= _tick)
        {
            Link(slot, DueList);
            return;
        }

        int level = Math.Min((63 - BitOperations.LeadingZeroCount((ulong)(tick ^ _tick))) / LevelShift, Levels - 1);
        Link(slot, (level * Lists) + IndexOf(tick, level));
    }

    /// <summary>Takes a lease out of its list, if it is in one.</summary>
    public void Remove(int slot)
    {
        ref Lease lease = ref leases[slot];
        if (lease.List == 0)
        {
            return;
        }

        if (lease.Next != 0)
        {
            leases[lease.Next].Previous = lease.Previous;
        }

        if (lease.Previous != 0)
        {
            leases[lease.Previous].Next = lease.Next;
        }
        else
        {
            _heads[lease.List - 1] = lease.Next;
        }

        lease.List = 0;
        lease.Previous = 0;
        lease.Next = 0;
    }

    /// <summary>Turns the wheel.</summary>
    /// <param name="now">The time, in microseconds.</param>
    /// <param name="maxMoves">How many leases may move from list to list; the rest is left to the next call.</param>
    /// <returns>Whether the wheel has arrived.</returns>
    public bool Advance(long now, int maxMoves)
    {
        long target = now >> TickShift;
        if (leases.Count == 0)
        {
            _tick = Math.Max(_tick, target);
            return true;
        }

        while (Empty(ref maxMoves))
        {
            if (_tick >= target)
            {
                return true;
            }

            _tick++;
        }

        return false;
    }

    private static int IndexOf(long tick, int level) => (int)(tick >> (level * LevelShift)) & (Lists - 1);

    // No lease is added to a list of the current tick, so a list that was emptied stays empty during the tick.
    private bool Empty(ref int movesLeft)
    {
        for (int level = 0; level < Levels && (level == 0 || IsAtStartOf(level)); level++)
        {
            int list = (level * Lists) + IndexOf(_tick, level);
            while (_heads[list] is int slot and not 0)
            {
                if (movesLeft-- == 0)
                {
                    movesLeft = 0;
                    return false;
                }

                Remove(slot);
                Add(slot);
            }
        }

        return true;
    }

    private bool IsAtStartOf(int level) => (_tick & ((1L << (level * LevelShift)) - 1)) == 0;

    private void Link(int slot, int list)
    {
        ref Lease lease = ref leases[slot];
        int head = _heads[list];
        lease.List = list + 1;
        lease.Previous = 0;
        lease.Next = head;
        if (head != 0)
        {
            leases[head].Previous = slot;
        }

        _heads[list] = slot;
    }
}
