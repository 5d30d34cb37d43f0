namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>How to check a history.</summary>
public sealed record CheckOptions
{
    /// <summary>How far to go before giving up undecided, all parts of the check together.</summary>
    public SearchLimits Limits { get; init; } = new();
}
