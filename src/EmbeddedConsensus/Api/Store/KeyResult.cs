namespace EmbeddedConsensus;

/// <summary>One key together with the revision at which it was read.</summary>
public readonly record struct KeyResult
{
    internal KeyResult(KeyValue? keyValue, long revision)
    {
        KeyValue = keyValue;
        Revision = revision;
    }

    /// <summary>The key; null when it does not exist.</summary>
    public KeyValue? KeyValue { get; init; }

    /// <summary>The store's revision when the read was served. A watch from the revision after it misses no change of
    /// the key, whether the key exists or not.</summary>
    public long Revision { get; init; }
}
