using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Watches;

/// <summary>Makes events from records of the store.</summary>
internal static class WatchEventFactory
{
    /// <summary>The event of a record, marked as the last one of its revision.</summary>
    /// <param name="reader">The state the record comes from.</param>
    /// <param name="record">The record.</param>
    /// <param name="includePrevious">Whether to add the key's previous value.</param>
    public static WatchEvent Create(MvccView reader, in MvccRecord record, bool includePrevious)
    {
        KeyValue? previous = includePrevious && reader.TryGetPrevious(record, out MvccRecord before)
            ? before.ToKeyValue()
            : null;
        return record.IsTombstone
            ? new WatchEvent(
                WatchEventType.Delete,
                new KeyValue(record.Key.ToArray(), default, 0, record.ModRevision, 0),
                previous,
                true)
            : new WatchEvent(
                WatchEventType.Put, record.ToKeyValue(), previous, true);
    }
}
