namespace EmbeddedConsensus;

/// <summary>
/// Changes the membership of the cluster while it serves reads and writes. Every call may be made at any member: it is
/// forwarded to the leader.
/// </summary>
/// <remarks>
/// <para>A change completes when all of it is done and committed. It may take as long as a new member needs to catch
/// up, and then outlives <see cref="ConsensusStoreOptions.RequestTimeout"/>, which bounds only the search for a leader.
/// Cancelling ends the wait, not the change: <see cref="CancelChangeAsync"/> cancels what still waits for a member to
/// catch up.</para>
/// <para>Every change may be repeated: if it is already in force or in progress, nothing more happens. So a call with
/// an unknown outcome is best repeated.</para>
/// <para>Changes of the set of voters go through a joint configuration (Ongaro, "Consensus: Bridging Theory and
/// Practice", section 4.3): any set can follow any other, and at no moment can two majorities decide
/// differently.</para>
/// <para>All calls throw <see cref="MembershipChangeRefusedException"/> when the leader refuses,
/// <see cref="QuorumUnavailableException"/> when no leader accepted the change in time (nothing was done),
/// <see cref="OutcomeUnknownException"/> if the change may have been accepted but its outcome could not be confirmed,
/// and <see cref="StoreStoppedException"/>, <see cref="MemberRemovedException"/> or
/// <see cref="ReplicaFaultedException"/> when this replica isn't running.</para>
/// </remarks>
public interface IClusterManager
{
    /// <summary>The members, what they are, and where.</summary>
    /// <param name="consistency">Linearizable: a membership at least as new as every change that was done before this
    /// call. Serializable: what this member knows, at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<ClusterMembership> GetMembershipAsync(
        Consistency consistency = Consistency.Linearizable, CancellationToken cancellationToken = default);

    /// <summary>Adds a member. It gets the log as a learner, without a vote, and votes as soon as it has caught up,
    /// unless it is to stay a learner. Start it with <see cref="ConsensusStoreOptions.JoinAddresses"/>, before or after
    /// this call; it also makes this call itself.</summary>
    /// <param name="member">Its id, higher than every id that was ever used in this cluster, and its address.</param>
    /// <param name="role"><see cref="MemberRole.Voter"/> or <see cref="MemberRole.Learner"/>.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    /// <exception cref="InvalidRequestException">The role is neither of the two, or the address is empty.</exception>
    ValueTask<ClusterMembership> AddMemberAsync(
        MemberEndpoint member, MemberRole role = MemberRole.Voter, CancellationToken cancellationToken = default);

    /// <summary>Makes a learner a voter at once.</summary>
    /// <param name="member">The learner.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    /// <exception cref="MembershipChangeRefusedException">Among others
    /// <see cref="MembershipRefusal.LearnerNotCaughtUp"/>: as a voter it would delay every write.</exception>
    ValueTask<ClusterMembership> PromoteMemberAsync(MemberId member, CancellationToken cancellationToken = default);

    /// <summary>Takes a voter's vote: it stays as a learner.</summary>
    /// <param name="member">The voter.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    ValueTask<ClusterMembership> DemoteMemberAsync(MemberId member, CancellationToken cancellationToken = default);

    /// <summary>Removes a member for good: its id is never used again. It stops by itself when it learns of it. The
    /// leader may be removed: it hands over.</summary>
    /// <param name="member">The member.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    ValueTask<ClusterMembership> RemoveMemberAsync(MemberId member, CancellationToken cancellationToken = default);

    /// <summary>Puts a new member in the place of a voter, in one step: the old one votes until the new one has caught
    /// up.</summary>
    /// <param name="member">The member that leaves. It may be dead.</param>
    /// <param name="replacement">The new member, with an id that was never used.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    ValueTask<ClusterMembership> ReplaceMemberAsync(
        MemberId member, MemberEndpoint replacement, CancellationToken cancellationToken = default);

    /// <summary>Says where a member is now. A member that starts with another address than the cluster knows makes this
    /// call itself.</summary>
    /// <param name="member">The member, with its new address.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    ValueTask<ClusterMembership> UpdateMemberAsync(
        MemberEndpoint member, CancellationToken cancellationToken = default);

    /// <summary>Moves to any set of voters: those that are new are added and caught up first, those that are missing
    /// leave, in one joint change.</summary>
    /// <param name="voters">All that shall vote, 1 to 7.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    ValueTask<ClusterMembership> ChangeMembersAsync(
        IReadOnlyCollection<MemberEndpoint> voters, CancellationToken cancellationToken = default);

    /// <summary>Cancels a change that waits for members to catch up; members added for it remain as learners. A change
    /// that has progressed further is completed.</summary>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    ValueTask<ClusterMembership> CancelChangeAsync(CancellationToken cancellationToken = default);
}
