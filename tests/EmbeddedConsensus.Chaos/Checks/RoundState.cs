using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>The state at the end of a round, from which the next one starts.</summary>
/// <param name="Revision">The last revision.</param>
/// <param name="Items">The contents of the store.</param>
/// <param name="Unsettled">Writes of unknown outcome that may still take effect.</param>
internal sealed record RoundState(
    long Revision, IReadOnlyList<KeyValue> Items, IReadOnlyList<StoreCall> Unsettled)
{
    /// <summary>The state of a new store.</summary>
    public static RoundState Initial { get; } = new(1, [], []);

    /// <summary>The state at the end of a recorded round.</summary>
    /// <param name="recorded">The calls; the last of them read everything.</param>
    /// <param name="events">The events of the round.</param>
    public static RoundState After(StoreHistory recorded, IReadOnlyList<WatchEvent> events)
    {
        RangeResult last = recorded.Calls
            .Where(static call => call.Outcome == CallOutcome.Succeeded)
            .Where(static call => call.Operation is RangeOperation range && range.Range == KeyRange.All)
            .MaxBy(static call => call.ReturnedAt) is { Result: RangeOperationResult { Result: var found } }
            ? found
            : throw new InvalidDataException("No read of everything ended the round.");
        HashSet<Value> written = [.. events.Select(static one => one.KeyValue.Value)];
        return new RoundState(
            last.Revision,
            last.Items,
            [.. recorded.Calls.Where(call => call.Outcome == CallOutcome.Unknown && !call.IsRead
                && !WrittenValues.Of(call).Any(written.Contains))]);
    }
}
