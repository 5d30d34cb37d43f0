namespace EmbeddedConsensus;

/// <summary>What a range read found.</summary>
/// <param name="Items">The keys, in the order asked for; empty when only the count was asked for.</param>
/// <param name="Count">The number of keys in the whole range, whatever the limit.</param>
/// <param name="More">Whether the limit left keys out.</param>
/// <param name="Revision">The store's revision when the read was served.</param>
public sealed record RangeResult(IReadOnlyList<KeyValue> Items, long Count, bool More, long Revision);
