namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>The effect of a call on one key.</summary>
/// <param name="Kind">The kind of effect.</param>
/// <param name="Value">The value of a put.</param>
/// <param name="Revision">The revision that it produced; 0 if none or unknown.</param>
internal readonly record struct KeyStep(KeyStepKind Kind, Value Value = default, long Revision = 0)
{
    /// <summary>The call's rank among those of its key that produced a revision.</summary>
    public int Rank { get; init; }
}
