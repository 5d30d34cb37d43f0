namespace EmbeddedConsensus.Raft;

/// <summary>What a node is to its cluster.</summary>
internal enum MembershipState : byte
{
    /// <summary>The configuration does not name the node yet: it waits for one that does.</summary>
    Joining = 0,

    /// <summary>The node is in the configuration, as a voter or as a learner.</summary>
    Member = 1,

    /// <summary>The node has been removed, for good: it takes no further part.</summary>
    Removed = 2,

    /// <summary>The cluster does not take the node: its disk was lost, or it belongs to another cluster.</summary>
    Refused = 3,
}
