using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>Why a node no longer takes part in its cluster: one record per reason, with the facts that an operator
/// needs. The sentences are made above consensus.</summary>
/// <param name="State">What the node is from then on.</param>
/// <param name="Self">The node.</param>
internal abstract record MembershipEnd(MembershipState State, MemberId Self)
{
    /// <summary>The node has committed its own removal.</summary>
    /// <param name="Self">The node.</param>
    /// <param name="Index">The index of the entry that removed it.</param>
    public sealed record RemovedByEntry(MemberId Self, ulong Index) : MembershipEnd(MembershipState.Removed, Self);

    /// <summary>A member reports that the node was removed while it was away.</summary>
    /// <param name="Self">The node.</param>
    /// <param name="Witness">That member.</param>
    /// <param name="Index">The index of the configuration without the node.</param>
    public sealed record RemovedWhileAway(MemberId Self, MemberId Witness, ulong Index)
        : MembershipEnd(MembershipState.Removed, Self);

    /// <summary>The node holds nothing, and a member knows that it held a part of the log.</summary>
    /// <param name="Self">The node.</param>
    /// <param name="Witness">That member.</param>
    public sealed record DiskLost(MemberId Self, MemberId Witness) : MembershipEnd(MembershipState.Refused, Self);

    /// <summary>The node was to found a cluster, and the leader of another one replicates to it.</summary>
    /// <param name="Self">The node.</param>
    /// <param name="Leader">That leader.</param>
    public sealed record MemberOfAnotherCluster(MemberId Self, MemberId Leader)
        : MembershipEnd(MembershipState.Refused, Self);

    /// <summary>A majority of the voters that the node knows belongs to another cluster.</summary>
    /// <param name="Self">The node.</param>
    /// <param name="ClusterId">The cluster on the node's disk.</param>
    /// <param name="Refusers">Those voters.</param>
    public sealed record WrongCluster(MemberId Self, ulong ClusterId, ImmutableArray<MemberId> Refusers)
        : MembershipEnd(MembershipState.Refused, Self);
}
