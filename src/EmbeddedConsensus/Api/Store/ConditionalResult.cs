namespace EmbeddedConsensus;

/// <summary>The outcome of a write that depends on what the key holds.</summary>
public readonly record struct ConditionalResult
{
    internal ConditionalResult(bool succeeded, long revision, KeyValue? current)
    {
        Succeeded = succeeded;
        Revision = revision;
        Current = current;
    }

    /// <summary>Whether the condition held and the write was executed.</summary>
    public bool Succeeded { get; init; }

    /// <summary>The revision that the write made; when it did not succeed, the store's revision when the condition was
    /// judged.</summary>
    public long Revision { get; init; }

    /// <summary>What the key holds instead of what was expected; null when it does not exist, and when the write
    /// succeeded.
    /// </summary>
    public KeyValue? Current { get; init; }
}
