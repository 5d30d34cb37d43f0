using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>How a round ended: what the next one begins with.</summary>
/// <param name="Revision">The last revision.</param>
/// <param name="Items">What the store held.</param>
/// <param name="Unsettled">Writes of which nobody knows whether they will yet take effect.</param>
internal sealed record RoundState(
    long Revision, IReadOnlyList<KeyValue> Items, IReadOnlyList<StoreCall> Unsettled)
{
    /// <summary>A new store.</summary>
    public static RoundState Initial { get; } = new(1, [], []);

    /// <summary>How a round ended, by what was recorded in it.</summary>
    /// <param name="recorded">The calls; the last of them read everything.</param>
    /// <param name="events">The events of the round.</param>
    public static RoundState After(StoreHistory recorded, IReadOnlyList<WatchEvent> events)
    {
        RangeResult last = recorded.Calls
            .Where(static call => call.Outcome == CallOutcome.Succeeded)
            .Where(static call => call.Operation is RangeOperation range && range.Range == KeyRange.All)
            .MaxBy(static call => call.ReturnedAt) is { Result: RangeOperationResult { Result: var found } }
            ? found
            : throw new InvalidDataException("No call read everything at the end of the round.");
        HashSet<Value> written = [.. events.Select(static one => one.KeyValue.Value)];
        return new RoundState(
            last.Revision,
            last.Items,
            [.. recorded.Calls.Where(call => call.Outcome == CallOutcome.Unknown && !call.IsRead
                && !WrittenValues.Of(call).Any(written.Contains))]);
    }
}
