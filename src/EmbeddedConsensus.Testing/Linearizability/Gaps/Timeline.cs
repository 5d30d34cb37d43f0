namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>The entries of a history in the order of time: when each call begins, and when it answers.</summary>
internal sealed class Timeline
{
    private Timeline(int[] callOf, bool[] isReturn, int[] returnOf, int[] unreturned, int[] unreturnedFrom)
    {
        CallOf = callOf;
        IsReturn = isReturn;
        ReturnOf = returnOf;
        Unreturned = unreturned;
        UnreturnedFrom = unreturnedFrom;
    }

    /// <summary>Of each entry, the call.</summary>
    public int[] CallOf { get; }

    /// <summary>Of each entry, whether it is the answer.</summary>
    public bool[] IsReturn { get; }

    /// <summary>Of each entry that is a beginning, the entry of its answer.</summary>
    public int[] ReturnOf { get; }

    /// <summary>The calls that never returned, in the order of their beginnings.</summary>
    public int[] Unreturned { get; }

    /// <summary>Of each call that never returned, the first entry after its beginning.</summary>
    public int[] UnreturnedFrom { get; }

    /// <summary>Sorts a history. What begins in the very moment in which something else answers, overlaps it.</summary>
    public static Timeline Of<TInput, TOutput>(IReadOnlyList<ModelCall<TInput, TOutput>> calls)
    {
        List<(long Time, bool IsReturn, int Call)> entries = [];
        List<int> unreturned = [];
        for (int call = 0; call < calls.Count; call++)
        {
            if (calls[call].ReturnedAt is not { } returnedAt)
            {
                unreturned.Add(call);
                continue;
            }

            if (returnedAt < calls[call].InvokedAt)
            {
                throw new ArgumentException($"Call {call} began at {calls[call].InvokedAt} and returned before, at "
                    + $"{returnedAt}. Take both times from the same monotonic clock.", nameof(calls));
            }

            entries.Add((calls[call].InvokedAt, false, call));
            entries.Add((returnedAt, true, call));
        }

        entries.Sort();
        unreturned.Sort((a, b) => (calls[a].InvokedAt, a).CompareTo((calls[b].InvokedAt, b)));
        return new Timeline(
            [.. entries.Select(entry => entry.Call)],
            [.. entries.Select(entry => entry.IsReturn)],
            Returns(entries, calls.Count),
            [.. unreturned],
            Places(entries, unreturned, calls));
    }

    private static int[] Returns(List<(long Time, bool IsReturn, int Call)> entries, int callCount)
    {
        int[] beginning = new int[callCount];
        int[] returns = new int[entries.Count];
        for (int entry = 0; entry < entries.Count; entry++)
        {
            if (entries[entry].IsReturn)
            {
                returns[beginning[entries[entry].Call]] = entry;
            }
            else
            {
                beginning[entries[entry].Call] = entry;
            }
        }

        return returns;
    }

    private static int[] Places<TInput, TOutput>(
        List<(long Time, bool IsReturn, int Call)> entries,
        List<int> unreturned,
        IReadOnlyList<ModelCall<TInput, TOutput>> calls)
    {
        int[] places = new int[unreturned.Count];
        int entry = 0;
        for (int i = 0; i < places.Length; i++)
        {
            // An answer of the same moment comes after it, a beginning may as well.
            while (entry < entries.Count && entries[entry].Time < calls[unreturned[i]].InvokedAt)
            {
                entry++;
            }

            places[i] = entry;
        }

        return places;
    }
}
