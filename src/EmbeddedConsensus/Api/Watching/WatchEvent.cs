using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus;

/// <summary>A change of one key.</summary>
public sealed record WatchEvent
{
    /// <summary>An event to be set.</summary>
    public WatchEvent()
    {
    }

    [SetsRequiredMembers]
    internal WatchEvent(WatchEventType type, KeyValue keyValue, KeyValue? previous, bool endsRevision)
    {
        Type = type;
        KeyValue = keyValue;
        Previous = previous;
        EndsRevision = endsRevision;
    }

    /// <summary>What happened to the key.</summary>
    public WatchEventType Type { get; init; }

    /// <summary>The key as the change left it. Of a deleted key only the key and the mod revision are set.</summary>
    public required KeyValue KeyValue { get; init; }

    /// <summary>What the key held before; null unless <see cref="WatchOptions.IncludePrevious"/> was set, the key
    /// existed, and that version is not compacted.</summary>
    public KeyValue? Previous { get; init; }

    /// <summary>Whether this is the last event of its revision that the watch selects. Only after such an event is
    /// <see cref="Revision"/> + 1 the revision to resume from.</summary>
    public bool EndsRevision { get; init; }

    /// <summary>The revision that made the change.</summary>
    public long Revision => KeyValue.ModRevision;
}
