namespace EmbeddedConsensus;

/// <summary>The leader refused to change the membership. Nothing was changed.</summary>
public sealed class MembershipChangeRefusedException : ConsensusStoreException
{
    /// <summary>A refusal.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="message">The reason for people: which members, and what to do.</param>
    public MembershipChangeRefusedException(MembershipRefusal reason, string message) : base(message) =>
        Reason = reason;

    /// <summary>The reason.</summary>
    public MembershipRefusal Reason { get; }

    /// <inheritdoc />
    /// <remarks>True for the reasons that pass with time: no leader or a new one, another change under way, members
    /// that have not caught up or are not reachable.</remarks>
    public override bool IsTransient => Reason
        is MembershipRefusal.NotLeader or MembershipRefusal.NotReady or MembershipRefusal.ChangeInProgress
        or MembershipRefusal.LearnerNotCaughtUp or MembershipRefusal.QuorumWouldBeLost;
}
