namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>The limits of a search, beyond which it is undecided. Checking is NP-complete: without limits, an unlucky
/// history would run forever.</summary>
public sealed record SearchLimits
{
    /// <summary>The most states to visit. Each is remembered, at about a hundred bytes. Default: 2 million.</summary>
    public long MaxStates { get; init; } = 2_000_000;

    /// <summary>The maximum duration. Default: 60 seconds.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A fraction of these limits: one part in this many.</summary>
    internal SearchLimits Part(int divisor) => new() { MaxStates = MaxStates / divisor, MaxTime = MaxTime / divisor };
}
