using EmbeddedConsensus.Leases;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>Deletes the keys of leases that have ended, a bounded number an entry, so that no lease and no mass of
/// leases can hold up the entries after it (scenario 24).</summary>
internal static class LeaseEnding
{
    /// <summary>How many keys an entry deletes at most. Part of what entries do: every member must delete the
    /// same.</summary>
    public const int MaxKeys = 1_024;

    /// <summary>Deletes the next piece, in the order in which the leases ended. The keys of a lease go in one revision
    /// if they fit an entry.</summary>
    /// <returns>How many keys were deleted.</returns>
    public static long DeletePiece(ApplyContext context)
    {
        LeaseTable leases = context.Leases;
        int room = context.MaxEndingKeys;
        long deleted = 0;
        while (room > 0 && leases.TryPeekEnding(out int slot))
        {
            int keys = leases[slot].KeyCount;
            if (keys > room && room < context.MaxEndingKeys)
            {
                break;
            }

            int count = Math.Min(keys, room);
            deleted += DeleteKeys(context, slot, count);
            if (count == keys)
            {
                leases.RemoveEnding();
            }

            // A lease without keys costs something as well.
            room -= Math.Max(1, count);
        }

        return deleted;
    }

    private static int DeleteKeys(ApplyContext context, int slot, int count)
    {
        if (count == 0)
        {
            return 0;
        }

        context.Store.BeginTxn();
        for (int left = count; left > 0; left--)
        {
            int key = context.Leases[slot].FirstKey;
            context.Store.Delete(context.Leases.Keys[key], default);
            context.Leases.Keys.Detach(key);
        }

        context.Store.EndTxn();
        return count;
    }
}
