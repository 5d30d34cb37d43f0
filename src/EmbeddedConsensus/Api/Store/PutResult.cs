namespace EmbeddedConsensus;

/// <summary>The outcome of a put.</summary>
public readonly record struct PutResult
{
    internal PutResult(long revision, KeyValue? previous)
    {
        Revision = revision;
        Previous = previous;
    }

    /// <summary>The revision that the put made.</summary>
    public long Revision { get; init; }

    /// <summary>What the key held before; null when the key did not exist or
    /// <see cref="PutOptions.ReturnPrevious"/> was not set.</summary>
    public KeyValue? Previous { get; init; }
}
