namespace EmbeddedConsensus.Raft;

/// <summary>The outcome of a membership change, as of one moment.</summary>
/// <param name="Kind">The kind of outcome.</param>
/// <param name="Next">The configuration that brings the change about, or its first step; null unless there is
/// one.</param>
/// <param name="Refusal">Why the change is refused; null unless it is.</param>
internal readonly record struct ChangeDecision(
    ChangeDecisionKind Kind, ClusterConfiguration? Next, ChangeRefusal? Refusal)
{
    /// <summary>The membership already is as the change asks.</summary>
    public static ChangeDecision Done { get; } = new(ChangeDecisionKind.Done, null, null);

    /// <summary>The change is planned, and takes effect when the new voters have caught up.</summary>
    public static ChangeDecision Planned { get; } = new(ChangeDecisionKind.Planned, null, null);

    /// <summary>A configuration brings the change about, or is its first step.</summary>
    /// <param name="next">The configuration.</param>
    public static ChangeDecision Step(ClusterConfiguration next) => new(ChangeDecisionKind.Step, next, null);

    /// <summary>The change is refused.</summary>
    /// <param name="refusal">The reason.</param>
    public static ChangeDecision Refuse(ChangeRefusal refusal) => new(ChangeDecisionKind.Refused, null, refusal);
}
