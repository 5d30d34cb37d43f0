namespace EmbeddedConsensus.Replica.Membership;

/// <summary>The outcome of a request about the membership. The values go over the wire: never renumber them.</summary>
internal enum MembershipAnswerStatus : byte
{
    /// <summary>The change is done.</summary>
    Done = 1,

    /// <summary>The change was accepted and is under way. Repeat the request to learn its outcome.</summary>
    Pending = 2,

    /// <summary>The change was refused.</summary>
    Refused = 3,

    /// <summary>The change was not accepted, though nothing is wrong with it. Repeat the request, perhaps to another
    /// member.</summary>
    Retry = 4,

    /// <summary>The member that answers belongs to another cluster.</summary>
    WrongCluster = 5,

    /// <summary>It is unknown whether the change was or will be accepted: an answer was lost, the leader that accepted
    /// it no longer leads, or it waits for an earlier change. Repeat the request: a change is not made twice.</summary>
    Unclear = 6,
}
