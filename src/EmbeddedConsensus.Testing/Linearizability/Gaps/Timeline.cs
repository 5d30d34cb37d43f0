namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>The entries of a history in the order of time: the start and the return of each call.</summary>
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

    /// <summary>For each entry, the call.</summary>
    public int[] CallOf { get; }

    /// <summary>For each entry, whether it is the return.</summary>
    public bool[] IsReturn { get; }

    /// <summary>For each start, the entry of its return.</summary>
    public int[] ReturnOf { get; }

    /// <summary>The calls that never returned, in the order of their starts.</summary>
    public int[] Unreturned { get; }

    /// <summary>For each call that never returned, the first entry after its start.</summary>
    public int[] UnreturnedFrom { get; }

    /// <summary>Sorts a history. A call that starts at the instant another returns overlaps it.</summary>
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
            // A return at the same instant comes after it; so may a start.
            while (entry < entries.Count && entries[entry].Time < calls[unreturned[i]].InvokedAt)
            {
                entry++;
            }

            places[i] = entry;
        }

        return places;
    }
}
