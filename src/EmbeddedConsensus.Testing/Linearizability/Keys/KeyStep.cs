namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>What a call does to one key.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Value">What it puts.</param>
/// <param name="Revision">The revision that it made; 0 when it made none or that is not known.</param>
internal readonly record struct KeyStep(KeyStepKind Kind, Value Value = default, long Revision = 0)
{
    /// <summary>The call's place among those of its key that made a revision, in the order of revisions.</summary>
    public int Rank { get; init; }
}
