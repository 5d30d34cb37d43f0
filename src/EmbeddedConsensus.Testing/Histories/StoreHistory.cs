namespace EmbeddedConsensus.Testing.Histories;

/// <summary>What callers of a store did and observed, and what its watches delivered.</summary>
/// <remarks>For a check to be sound, a history must contain every write to its store: an unrecorded one would look like
/// a bug of the store.</remarks>
public sealed record StoreHistory
{
    /// <summary>The calls, in any order.</summary>
    public IReadOnlyList<StoreCall> Calls { get; init; } = [];

    /// <summary>The watches.</summary>
    public IReadOnlyList<WatchRecording> Watches { get; init; } = [];

    /// <summary>The store's revision before the first call. Default: 1, that of a new store.</summary>
    public long InitialRevision { get; init; } = 1;

    /// <summary>The contents of the store before the first call. Default: empty.</summary>
    public IReadOnlyList<KeyValue> InitialItems { get; init; } = [];

    /// <summary>Combines what several processes on one machine recorded of one store.</summary>
    /// <param name="histories">The histories; the initial state is that of the first.</param>
    /// <returns>One history.</returns>
    public static StoreHistory Merge(params ReadOnlySpan<StoreHistory> histories)
    {
        List<StoreCall> calls = [];
        List<WatchRecording> watches = [];
        foreach (StoreHistory history in histories)
        {
            calls.AddRange(history.Calls);
            watches.AddRange(history.Watches);
        }

        StoreHistory first = histories.IsEmpty ? new StoreHistory() : histories[0];
        return first with { Calls = calls, Watches = watches };
    }
}
