namespace EmbeddedConsensus;

/// <summary>A change of one key.</summary>
/// <param name="Type">What happened.</param>
/// <param name="KeyValue">The key as the change left it. Of a deleted key only the key and the mod revision are
/// set.</param>
/// <param name="Previous">What the key held before, if it was asked for, existed, and is not compacted.</param>
/// <param name="EndsRevision">Whether this is the last event of its revision that the watch selects: only behind such
/// an event is <see cref="Revision"/> + 1 the place to resume from.</param>
public sealed record WatchEvent(WatchEventType Type, KeyValue KeyValue, KeyValue? Previous, bool EndsRevision)
{
    /// <summary>The revision that made the change.</summary>
    public long Revision => KeyValue.ModRevision;
}
