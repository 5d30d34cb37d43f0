namespace EmbeddedConsensus;

/// <summary>How to put a key.</summary>
public sealed record PutOptions
{
    /// <summary>Return what the key held before.</summary>
    public bool ReturnPrevious { get; init; }
}
