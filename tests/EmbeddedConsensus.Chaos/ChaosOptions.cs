namespace EmbeddedConsensus.Chaos;

/// <summary>The options of a run.</summary>
internal sealed record ChaosOptions
{
    /// <summary>How long faults are injected, all rounds together.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The number of members.</summary>
    public required int Members { get; init; }

    /// <summary>The seed of the faults and of the load.</summary>
    public required int Seed { get; init; }

    /// <summary>How linearizable reads are confirmed.</summary>
    public required LinearizableReadMode Reads { get; init; }

    /// <summary>Callers per member.</summary>
    public required int Callers { get; init; }

    /// <summary>The connections that a hostile peer opens at a time in every second round; 0 for no peer.</summary>
    public required int Attackers { get; init; }

    /// <summary>How long faults are injected in one round: short enough that its history is checked quickly.</summary>
    public required TimeSpan RoundDuration { get; init; }

    /// <summary>Text that the names of permitted faults contain; empty for all.</summary>
    public required string Only { get; init; }

    /// <summary>Whether to print every fault as it happens.</summary>
    public required bool IsVerbose { get; init; }

    /// <summary>Whether to keep the files when everything passed.</summary>
    public required bool KeepsFiles { get; init; }
}
