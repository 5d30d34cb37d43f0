namespace EmbeddedConsensus.Mvcc;

/// <summary>Copies records out of the store's memory.</summary>
internal static class MvccRecordCopy
{
    /// <summary>Returns the caller's own copy of a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="keysOnly">Whether to leave the value out.</param>
    public static KeyValue ToKeyValue(this in MvccRecord record, bool keysOnly = false) => new(
        record.Key.ToArray(),
        keysOnly ? default : new Value(record.Value.ToArray()),
        record.CreateRevision,
        record.ModRevision,
        record.Version,
        record.Lease);
}
