namespace EmbeddedConsensus.Replica.Membership;

/// <summary>What became of a request about the membership. The values go over the wire: never renumber them.</summary>
internal enum MembershipAnswerStatus : byte
{
    /// <summary>It is done.</summary>
    Done = 1,

    /// <summary>It was taken, and goes on. Ask again to hear of its end.</summary>
    Pending = 2,

    /// <summary>It was refused.</summary>
    Refused = 3,

    /// <summary>It was not taken, by no fault of the request. Ask again, perhaps somebody else.</summary>
    Retry = 4,

    /// <summary>The asked one belongs to another cluster.</summary>
    WrongCluster = 5,

    /// <summary>Nobody knows whether it was taken, or will be: an answer was lost, who took it leads no more, or it
    /// waits behind another. Ask again: what is done is not done twice.</summary>
    Unclear = 6,
}
