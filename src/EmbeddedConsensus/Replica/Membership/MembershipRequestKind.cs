namespace EmbeddedConsensus.Replica.Membership;

/// <summary>What one member, or one that would like to be one, asks of another. The values go over the wire: never
/// renumber them.</summary>
internal enum MembershipRequestKind : byte
{
    /// <summary>Change the membership, or carry the change to the leader.</summary>
    Change = 1,

    /// <summary>Take me in. As <see cref="Change"/>, but answered as soon as the asker is in the configuration: it can
    /// catch up only when it knows the others.</summary>
    Join = 2,

    /// <summary>Here I am: what do you know of me?</summary>
    Introduce = 3,
}
