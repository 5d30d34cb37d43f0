namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>How to check a history.</summary>
public sealed record CheckOptions
{
    /// <summary>The limits beyond which the result is undecided, for all parts of the check together.</summary>
    public SearchLimits Limits { get; init; } = new();
}
