using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>Why a member no longer takes part, as sentences for an operator.</summary>
internal static class MembershipEndText
{
    /// <summary>The exception that calls of the member fail with.</summary>
    /// <param name="end">The reason.</param>
    public static ConsensusStoreException ExceptionOf(MembershipEnd end) => end.State == MembershipState.Removed
        ? new MemberRemovedException(Of(end))
        : new MemberRefusedException(Of(end));

    /// <summary>Why a member no longer takes part, and what to do.</summary>
    /// <param name="end">The reason.</param>
    public static string Of(MembershipEnd end) => end switch
    {
        MembershipEnd.RemovedByEntry it =>
            $"Member {it.Self} was removed from the cluster by entry {it.Index}. Its data is of no further use: to "
            + "take part again it needs a new id and an empty disk.",
        MembershipEnd.RemovedWhileAway it =>
            $"Member {it.Self} was removed from the cluster while it was away: member {it.Witness} reports this, with "
            + $"the configuration of entry {it.Index}. To take part again it needs a new id and an empty disk.",
        MembershipEnd.DiskLost it =>
            $"The disk of member {it.Self} is empty, and member {it.Witness} knows that it held a part of the log. Its "
            + "votes and acknowledgements are lost with it, so it must not continue under this id. Restore the disk; "
            + "or remove the member, and add it again under a new id.",
        MembershipEnd.MemberOfAnotherCluster it =>
            $"Member {it.Self} is to found a cluster on an empty disk, and member {it.Leader} leads another cluster "
            + "that has it as a member. If it has run before, its votes and acknowledgements are lost with its disk: "
            + "restore the disk; or remove the member, and add it again under a new id. If it is new, start it with "
            + "JoinAddresses instead of Members.",
        MembershipEnd.WrongCluster it =>
            $"Members {string.Join(", ", it.Refusers)} belong to another cluster than the one that member {it.Self} "
            + $"has on its disk (id {it.ClusterId:x}). Check the cluster name, the addresses and the data directory.",
        _ => throw new InvariantViolationException($"No text exists for {end.GetType().Name}."),
    };
}
