namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>How far a search goes before it gives up undecided. Checking is NP-complete: without bounds, an unlucky
/// history runs forever.</summary>
public sealed record SearchLimits
{
    /// <summary>The most states to visit. Each is remembered, at some hundred bytes. Default: 2
    /// million.</summary>
    public long MaxStates { get; init; } = 2_000_000;

    /// <summary>The longest time the search may take. Default: 60 seconds.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>One part in so many of these limits.</summary>
    internal SearchLimits Part(int divisor) => new() { MaxStates = MaxStates / divisor, MaxTime = MaxTime / divisor };
}
