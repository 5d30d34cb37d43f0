namespace EmbeddedConsensus.Chaos;

/// <summary>What to run.</summary>
internal sealed record ChaosOptions
{
    /// <summary>How long faults go on, all rounds together.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How many members the cluster has.</summary>
    public required int Members { get; init; }

    /// <summary>The seed of the faults and of the load.</summary>
    public required int Seed { get; init; }

    /// <summary>How linearizable reads are confirmed.</summary>
    public required LinearizableReadMode Reads { get; init; }

    /// <summary>How many callers each member has.</summary>
    public required int Callers { get; init; }

    /// <summary>How long faults go on in one round: about what a check of its history takes in little time.</summary>
    public required TimeSpan RoundDuration { get; init; }

    /// <summary>What the names of the faults contain that may happen; empty for all.</summary>
    public required string Only { get; init; }

    /// <summary>Whether to tell every fault when it happens.</summary>
    public required bool IsVerbose { get; init; }

    /// <summary>Whether to keep the files of a run in which everything passed.</summary>
    public required bool KeepsFiles { get; init; }
}
