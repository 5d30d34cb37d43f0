namespace EmbeddedConsensus;

/// <summary>What operators and tests do with a replica.</summary>
public interface IStoreMaintenance
{
    /// <summary>The hash over all keys, values and history that this replica keeps, up to a revision. Members that
    /// hold the same data give the same hash.</summary>
    /// <param name="revision">The revision; 0 for the newest that this replica has applied.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="CompactedException">The revision is compacted.</exception>
    /// <exception cref="FutureRevisionException">This replica has not applied the revision yet.</exception>
    ValueTask<StoreHash> HashAsync(long revision = 0, CancellationToken cancellationToken = default);

    /// <summary>Hands leadership to another member, when this replica leads.</summary>
    /// <param name="target">The member.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NotLeaderException">This replica does not lead.</exception>
    /// <exception cref="InvalidRequestException">The target has no vote.</exception>
    /// <exception cref="LeadershipTransferException">The target did not take over within
    /// <see cref="ConsensusStoreOptions.LeadershipTransferTimeout"/>, or another member did.</exception>
    ValueTask TransferLeadershipAsync(MemberId target, CancellationToken cancellationToken = default);
}
