namespace EmbeddedConsensus;

/// <summary>The status of a replica as it changes, and what operators and tests do with it.</summary>
public interface IStoreMaintenance
{
    /// <summary>The hash over all keys, values and history that this replica keeps, up to a revision. Members that
    /// hold the same data return the same hash.</summary>
    /// <param name="revision">The revision; 0 for the newest that this replica has applied.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="CompactedException">The revision is compacted.</exception>
    /// <exception cref="FutureRevisionException">This replica has not applied the revision yet.</exception>
    ValueTask<StoreHash> HashAsync(long revision = 0, CancellationToken cancellationToken = default);

    /// <summary>Hands leadership to another member. Only the leader can.</summary>
    /// <param name="target">The member.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NotLeaderException">This replica does not lead.</exception>
    /// <exception cref="InvalidRequestException">The target has no vote.</exception>
    /// <exception cref="LeadershipTransferException">The target did not take over within
    /// <see cref="ConsensusStoreOptions.LeadershipTransferTimeout"/>, or another member did.</exception>
    ValueTask TransferLeadershipAsync(MemberId target, CancellationToken cancellationToken = default);

    /// <summary>
    /// Follows the status: the present one first, and then one after each change of role, leader, term, membership or
    /// state.
    /// </summary>
    /// <remarks>A slow reader gets the newest status and skips those in between. The other properties, such as the
    /// commit index, are as of the moment and cause no report. Works before the store has started. Ends after the
    /// replica has closed, with <see cref="StoreState.Stopped"/>, <see cref="StoreState.Faulted"/> or
    /// <see cref="StoreState.Removed"/> as the last state.</remarks>
    /// <param name="cancellationToken">Ends the watch.</param>
    IAsyncEnumerable<StoreStatus> WatchStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>A token that is cancelled when this replica stops being the leader that it is now: for work that only
    /// the leader does.</summary>
    /// <remarks>
    /// <para>It is cancelled when the replica learns of another leader or a higher term, steps down because no majority
    /// answers, hands leadership over, stops, faults, or is removed. A leader that leads again later has a new token.
    /// Callbacks run on the thread pool.</para>
    /// <para>It is a hint and not a lock. A leader that is cut off learns so after at most about one
    /// <see cref="ConsensusStoreOptions.ElectionTimeout"/>, by when another member may lead. What must not happen twice
    /// has to be a transaction with a condition on a key that the leader holds.</para>
    /// </remarks>
    /// <returns>The token; already cancelled when this replica does not lead.</returns>
    CancellationToken GetLeadershipToken();
}
