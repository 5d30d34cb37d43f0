namespace EmbeddedConsensus.Replica.Membership;

/// <summary>What a member, or a process that wants to become one, asks of another. The values go over the wire: never
/// renumber them.</summary>
internal enum MembershipRequestKind : byte
{
    /// <summary>Change the membership, or forward the change to the leader.</summary>
    Change = 1,

    /// <summary>Add the sender. Like <see cref="Change"/>, but answered as soon as the sender is in the configuration:
    /// it can catch up only when it knows the other members.</summary>
    Join = 2,

    /// <summary>Learn the sender's address, and return the membership known here.</summary>
    Introduce = 3,

    /// <summary>Return what is known here, without taking anything over: a founder asks before it founds a cluster, and
    /// a member that has moved asks whether another process runs under its id.</summary>
    Found = 4,
}
