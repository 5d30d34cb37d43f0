namespace EmbeddedConsensus;

/// <summary>Short forms of the calls of <see cref="IKeyValueStore"/>, and single-key calls that are made of
/// them.</summary>
/// <remarks>They are extension methods, so that an implementation or a mock of the interface has only the full calls to
/// provide, and short forms can be added without breaking one. Errors are those of the calls that they make.</remarks>
public static class KeyValueStoreExtensions
{
    /// <summary>Reads one key, linearizable, at the newest revision.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The key, or null when it does not exist.</returns>
    public static ValueTask<KeyValue?> GetAsync(
        this IKeyValueStore store, Key key, CancellationToken cancellationToken) =>
        Checked(store).GetAsync(key, null, cancellationToken);

    /// <summary>Reads one key together with the revision at which it was read, also when the key does not exist: the
    /// revision after it is where a watch of the key begins.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="options">How to read; default: linearizable, newest revision.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public static async ValueTask<KeyResult> GetWithRevisionAsync(
        this IKeyValueStore store,
        Key key,
        ReadOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        RangeOptions? range = options is null
            ? null
            : new RangeOptions { Consistency = options.Consistency, Revision = options.Revision };
        RangeResult found = await Checked(store).RangeAsync(key, range, cancellationToken).ConfigureAwait(false);
        return new KeyResult(found.Items is [KeyValue only, ..] ? only : null, found.Revision);
    }

    /// <summary>Reads all keys of a range, by key, linearizable, at the newest revision.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The keys.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public static ValueTask<RangeResult> RangeAsync(
        this IKeyValueStore store, KeyRange range, CancellationToken cancellationToken) =>
        Checked(store).RangeAsync(range, null, cancellationToken);

    /// <summary>Puts a key.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">Its new value.</param>
    /// <param name="cancellationToken">Ends the call: see <see cref="WriteCanceledException"/>.</param>
    public static ValueTask<PutResult> PutAsync(
        this IKeyValueStore store, Key key, Value value, CancellationToken cancellationToken) =>
        Checked(store).PutAsync(key, value, null, cancellationToken);

    /// <summary>Deletes keys, all at one revision.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The keys.</param>
    /// <param name="cancellationToken">Ends the call: see <see cref="WriteCanceledException"/>.</param>
    public static ValueTask<DeleteResult> DeleteAsync(
        this IKeyValueStore store, KeyRange range, CancellationToken cancellationToken) =>
        Checked(store).DeleteAsync(range, null, cancellationToken);

    /// <summary>Watches keys from now on.</summary>
    /// <param name="store">The store.</param>
    /// <param name="range">The keys.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public static IAsyncEnumerable<WatchEvent> WatchAsync(
        this IKeyValueStore store, KeyRange range, CancellationToken cancellationToken) =>
        Checked(store).WatchAsync(range, null, cancellationToken);

    /// <summary>Puts a key that does not exist yet.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value.</param>
    /// <param name="cancellationToken">Ends the call: see <see cref="WriteCanceledException"/>.</param>
    /// <returns>Whether the key was created, and otherwise what it holds.</returns>
    public static ValueTask<ConditionalResult> TryCreateAsync(
        this IKeyValueStore store, Key key, Value value, CancellationToken cancellationToken = default) =>
        TryAsync(store, key, Compare.Missing(key), Op.Put(key, value), cancellationToken);

    /// <summary>Puts a key that has not changed since it was read.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">Its new value.</param>
    /// <param name="expectedModRevision">The <see cref="KeyValue.ModRevision"/> that was read; 0 for a key that did not
    /// exist.</param>
    /// <param name="cancellationToken">Ends the call: see <see cref="WriteCanceledException"/>.</param>
    /// <returns>Whether the key was put, and otherwise what it holds.</returns>
    public static ValueTask<ConditionalResult> TryUpdateAsync(
        this IKeyValueStore store,
        Key key,
        Value value,
        long expectedModRevision,
        CancellationToken cancellationToken = default) =>
        TryAsync(
            store, key, Compare.ModRevision(key).EqualTo(expectedModRevision), Op.Put(key, value), cancellationToken);

    /// <summary>Deletes a key that has not changed since it was read.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="expectedModRevision">The <see cref="KeyValue.ModRevision"/> that was read.</param>
    /// <param name="cancellationToken">Ends the call: see <see cref="WriteCanceledException"/>.</param>
    /// <returns>Whether the key was deleted, and otherwise what it holds.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="expectedModRevision"/> is not
    /// positive.</exception>
    public static ValueTask<ConditionalResult> TryDeleteAsync(
        this IKeyValueStore store, Key key, long expectedModRevision, CancellationToken cancellationToken = default)
    {
        // A key that does not exist has the revision 0: deleting it would succeed without deleting anything.
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(expectedModRevision);
        return TryAsync(
            store, key, Compare.ModRevision(key).EqualTo(expectedModRevision), Op.Delete(key), cancellationToken);
    }

    private static async ValueTask<ConditionalResult> TryAsync(
        IKeyValueStore store, Key key, Compare condition, Operation write, CancellationToken cancellationToken)
    {
        TxnResult result = await Checked(store)
            .TxnAsync(Txn.If(condition).Then(write).Else(Op.Get(key)), cancellationToken).ConfigureAwait(false);
        return new ConditionalResult(
            result.Succeeded, result.Revision, result.Succeeded ? null : result.GetKey(0));
    }

    private static IKeyValueStore Checked(IKeyValueStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store;
    }
}
