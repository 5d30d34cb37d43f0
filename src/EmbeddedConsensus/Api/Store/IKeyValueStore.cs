namespace EmbeddedConsensus;

/// <summary>
/// A replicated, strongly consistent key-value store, served by the replica that this process hosts.
/// </summary>
/// <remarks>
/// <para>A write is acknowledged when a majority has it on disk and this replica has applied it. It is executed exactly
/// once, also when the leader dies underneath it.</para>
/// <para>Every method may be called from any thread. Common to all of them: <see cref="ReplicaFaultedException"/> after
/// a storage fault, <see cref="MemberRemovedException"/> once this member was removed from the cluster and
/// <see cref="MemberRefusedException"/> when the cluster does not take it, <see cref="StoreStoppedException"/> before
/// the store has started and once it stops, <see cref="QuorumUnavailableException"/> when no majority answered within
/// the request timeout and nothing was executed, <see cref="InvalidRequestException"/> for a request that no store
/// could execute, <see cref="TooManyRequestsException"/> when too many wait. Writes may also fail with
/// <see cref="OutcomeUnknownException"/>, and with <see cref="WriteCanceledException"/> when their caller
/// cancels.</para>
/// <para>Once the call of a write has ended without a result, by cancellation or by the request timeout, this replica
/// never proposes the write again. A write that had not been proposed is not executed. One that had been may still be
/// executed, at most once, until its retraction is in the log. <see cref="WriteCanceledException.ResolveAsync"/> and
/// <see cref="OutcomeUnknownException.ResolveAsync"/> wait for that and report whether it was executed.</para>
/// </remarks>
public interface IKeyValueStore
{
    /// <summary>What this replica knows of itself and its cluster, at this moment.</summary>
    StoreStatus Status { get; }

    /// <summary>Completes when the replica has caught up and the cluster has a leader, so that reads and writes
    /// succeed.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreStoppedException">The host has not begun to start the store, so that there is nothing to
    /// wait for, or the store has stopped.</exception>
    ValueTask WaitForReadyAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads one key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="options">How to read; default: linearizable, newest revision.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key, or null when it does not exist.</returns>
    /// <exception cref="CompactedException">The revision asked for is compacted.</exception>
    /// <exception cref="FutureRevisionException">The revision asked for does not exist yet.</exception>
    ValueTask<KeyValue?> GetAsync(Key key, ReadOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a range of keys at one revision.</summary>
    /// <param name="range">The keys.</param>
    /// <param name="options">How to read; default: all of them, by key, linearizable, newest revision.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CompactedException">The revision asked for is compacted.</exception>
    /// <exception cref="FutureRevisionException">The revision asked for does not exist yet.</exception>
    ValueTask<RangeResult> RangeAsync(
        KeyRange range, RangeOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a range of any size at one revision, key by key and in bounded memory.</summary>
    /// <remarks>The history that the enumeration reads is held back until it ends, so compaction cannot interrupt
    /// it.</remarks>
    /// <param name="range">The keys.</param>
    /// <param name="options">As for <see cref="RangeAsync"/>; the order must be by key.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <exception cref="CompactedException">The revision asked for is compacted.</exception>
    /// <exception cref="FutureRevisionException">The revision asked for does not exist yet.</exception>
    /// <exception cref="NotSupportedException">The store is not a replica in this process.</exception>
    IAsyncEnumerable<KeyValue> ScanAsync(
        KeyRange range, RangeOptions? options = null, CancellationToken cancellationToken = default)
        => throw new NotSupportedException(
            "This store is not a replica in this process. Read the range in pages, with RangeOptions.Limit.");

    /// <summary>Opens a view of what this replica has applied, for synchronous reads without copies.</summary>
    /// <param name="revision">The revision to show; 0 is the newest that this replica has applied, which need not be
    /// the newest in the cluster.</param>
    /// <returns>The view; the caller disposes it.</returns>
    /// <exception cref="CompactedException">The revision is compacted.</exception>
    /// <exception cref="FutureRevisionException">The revision does not exist yet.</exception>
    /// <exception cref="NotSupportedException">The store is not a replica in this process.</exception>
    StoreView OpenView(long revision = 0) => throw new NotSupportedException(
        "This store is not a replica in this process, so its memory cannot be read. Use GetAsync and RangeAsync.");

    /// <summary>Puts a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its new value.</param>
    /// <param name="options">How to put it.</param>
    /// <param name="cancellationToken">Ends the call: see <see cref="WriteCanceledException"/>.</param>
    ValueTask<PutResult> PutAsync(
        Key key, Value value, PutOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes keys, all at one revision.</summary>
    /// <param name="range">The keys.</param>
    /// <param name="options">How to delete them.</param>
    /// <param name="cancellationToken">Ends the call: see <see cref="WriteCanceledException"/>.</param>
    ValueTask<DeleteResult> DeleteAsync(
        KeyRange range, DeleteOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Runs a transaction.</summary>
    /// <param name="txn">The transaction.</param>
    /// <param name="cancellationToken">Ends the call: see <see cref="WriteCanceledException"/>.</param>
    /// <exception cref="CompactedException">A read of the transaction asks for a compacted revision; nothing was
    /// changed.</exception>
    /// <exception cref="FutureRevisionException">A read of the transaction asks for a revision that does not exist yet;
    /// nothing was changed.</exception>
    ValueTask<TxnResult> TxnAsync(Txn txn, CancellationToken cancellationToken = default);

    /// <summary>Forgets the history below a revision. Reads and watches at the revision and above stay
    /// possible.</summary>
    /// <param name="revision">The oldest revision to keep.</param>
    /// <param name="cancellationToken">Ends the call: see <see cref="WriteCanceledException"/>.</param>
    /// <exception cref="CompactedException">The history is already compacted up to there.</exception>
    /// <exception cref="FutureRevisionException">The revision does not exist yet.</exception>
    ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default);

    /// <summary>
    /// Watches keys: every change, once, in the order of revisions, without a gap.
    /// </summary>
    /// <remarks>Served from what this replica applies. The watch never ends by itself but with an exception. A slow
    /// reader costs no memory: it reads on from the history, as long as that is not compacted.</remarks>
    /// <param name="range">The keys.</param>
    /// <param name="options">Where to start, and what to give.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="CompactedException">The next revision to give is compacted.</exception>
    IAsyncEnumerable<WatchEvent> WatchAsync(
        KeyRange range, WatchOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Watches keys: every change, once, one batch a revision, in order and without a gap, and in between how far the
    /// watch has come.
    /// </summary>
    /// <remarks>A batch without events is progress: all changes up to its revision were delivered. It comes once when
    /// the watch has caught up with the history, and then every <see cref="WatchOptions.ProgressInterval"/> in which
    /// the store changed and the keys did not. A watch that resumes after its last batch's revision so finds its place
    /// not compacted even if its keys were quiet for long.</remarks>
    /// <param name="range">The keys.</param>
    /// <param name="options">Where to start, and what to deliver.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="CompactedException">The next revision to deliver is compacted.</exception>
    IAsyncEnumerable<WatchBatch> WatchBatchesAsync(
        KeyRange range, WatchOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Observes keys: first everything that is there at one revision, then a marker, then every change once, in order
    /// and without a gap.
    /// </summary>
    /// <remarks>
    /// <para>The steps are <see cref="ObservationKind.Snapshot"/>, the keys, <see cref="ObservationKind.Synced"/> and
    /// the changes, with progress as in <see cref="WatchBatchesAsync"/>. The snapshot has everything that was
    /// acknowledged before the call. When compaction, or a snapshot that this replica received, has taken the changes
    /// that were to come next, another snapshot follows: after <see cref="ObservationKind.Snapshot"/>, forget what was
    /// observed before; a key that is not in it no longer exists.</para>
    /// <para>To continue after a restart without a snapshot, set <see cref="WatchOptions.StartRevision"/> to one more
    /// than the revision of the last <see cref="ObservationKind.Synced"/> or
    /// <see cref="ObservationKind.Progress"/>, or of the last change with <see cref="WatchEvent.EndsRevision"/>. If
    /// that is compacted, a snapshot comes first.</para>
    /// </remarks>
    /// <param name="range">The keys.</param>
    /// <param name="options">How to report changes; with a start revision, no snapshot comes first. Filters apply to
    /// changes only.</param>
    /// <param name="cancellationToken">Ends the observation.</param>
    IAsyncEnumerable<Observation> ObserveAsync(
        KeyRange range, WatchOptions? options = null, CancellationToken cancellationToken = default)
        => new RangeObserver(this, range, options ?? new WatchOptions()).RunAsync(cancellationToken);
}
