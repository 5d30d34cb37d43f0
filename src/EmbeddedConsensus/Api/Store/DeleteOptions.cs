namespace EmbeddedConsensus;

/// <summary>How to delete keys.</summary>
public sealed record DeleteOptions
{
    /// <summary>Return what the deleted keys held.</summary>
    public bool ReturnPrevious { get; init; }
}
