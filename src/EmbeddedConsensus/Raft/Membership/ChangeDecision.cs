namespace EmbeddedConsensus.Raft;

/// <summary>What a wish for another membership comes to at one moment.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Next">The configuration that brings the change about, or its first step; null unless there is
/// one.</param>
/// <param name="Refusal">Why not.</param>
/// <param name="Text">Why not, for people: with the members concerned and what to do.</param>
internal readonly record struct ChangeDecision(
    ChangeDecisionKind Kind, ClusterConfiguration? Next, MembershipRefusal Refusal, string Text)
{
    /// <summary>It is already so.</summary>
    public static ChangeDecision Done { get; } = new(ChangeDecisionKind.Done, null, MembershipRefusal.None, "");

    /// <summary>It is planned, and comes about when the members to be are caught up.</summary>
    public static ChangeDecision Planned { get; } = new(ChangeDecisionKind.Planned, null, MembershipRefusal.None, "");

    /// <summary>A step brings it about, or nearer.</summary>
    public static ChangeDecision Step(ClusterConfiguration next) =>
        new(ChangeDecisionKind.Step, next, MembershipRefusal.None, "");

    /// <summary>It is refused.</summary>
    public static ChangeDecision Refuse(MembershipRefusal refusal, string text) =>
        new(ChangeDecisionKind.Refused, null, refusal, text);
}
