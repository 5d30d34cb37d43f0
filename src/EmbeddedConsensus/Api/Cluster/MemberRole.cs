namespace EmbeddedConsensus;

/// <summary>What a member is in the cluster, as the membership says.</summary>
public enum MemberRole
{
    /// <summary>It votes.</summary>
    Voter = 0,

    /// <summary>It receives the log, serves reads and takes writes, and has no vote.</summary>
    Learner = 1,

    /// <summary>It is on its way to a vote: a learner that catches up, or a new voter of a change under way.</summary>
    Incoming = 2,

    /// <summary>It votes until the change under way is done.</summary>
    Outgoing = 3,
}
