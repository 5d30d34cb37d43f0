namespace EmbeddedConsensus.Mutations;

/// <summary>How the mutations are run.</summary>
internal sealed record RunOptions
{
    /// <summary>Whether a suite stops as soon as it has caught the bug, so that no counts are had.</summary>
    public required bool IsQuick { get; init; }

    /// <summary>How many mutations run at a time.</summary>
    public required int Jobs { get; init; }

    /// <summary>Whether to leave out the runs without a mutation.</summary>
    public required bool SkipsUnchanged { get; init; }

    /// <summary>Whether to write down what the suites wrote.</summary>
    public required bool IsVerbose { get; init; }
}
