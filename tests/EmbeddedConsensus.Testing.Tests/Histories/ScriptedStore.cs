using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Testing.Tests.Histories;

/// <summary>A store that returns the same result for every call, or fails every call in the same way.</summary>
internal sealed class ScriptedStore : IKeyValueStore
{
    /// <summary>The exception of every call; null to succeed.</summary>
    public Exception? Failure { get; init; }

    /// <summary>What reads find, puts replace and deletes delete.</summary>
    public KeyValue? Item { get; init; }

    /// <summary>The events of watches.</summary>
    public IReadOnlyList<WatchEvent> Events { get; init; } = [];

    /// <summary>The number of watches started.</summary>
    public int Watches { get; private set; }

    /// <inheritdoc />
    public StoreStatus Status => throw new InvalidOperationException("A scripted store has no replica.");

    private IReadOnlyList<KeyValue> Items => Item is null ? [] : [Item];

    /// <inheritdoc />
    public ValueTask WaitForReadyAsync(CancellationToken cancellationToken = default) =>
        new(End(true, cancellationToken));

    /// <inheritdoc />
    public ValueTask<KeyValue?> GetAsync(
        Key key, ReadOptions? options = null, CancellationToken cancellationToken = default) =>
        new(End(Item, cancellationToken));

    /// <inheritdoc />
    public ValueTask<RangeResult> RangeAsync(
        KeyRange range, RangeOptions? options = null, CancellationToken cancellationToken = default) =>
        new(End(new RangeResult(Items, Items.Count, false, 7), cancellationToken));

    /// <inheritdoc />
    public ValueTask<PutResult> PutAsync(
        Key key, Value value, PutOptions? options = null, CancellationToken cancellationToken = default) =>
        new(End(new PutResult(7, Item), cancellationToken));

    /// <inheritdoc />
    public ValueTask<DeleteResult> DeleteAsync(
        KeyRange range, DeleteOptions? options = null, CancellationToken cancellationToken = default) =>
        new(End(new DeleteResult(7, Items.Count, Items), cancellationToken));

    /// <inheritdoc />
    public ValueTask<TxnResult> TxnAsync(Txn txn, CancellationToken cancellationToken = default) =>
        new(End(new TxnResult(true, 7, []), cancellationToken));

    /// <inheritdoc />
    public ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default) =>
        new(End(true, cancellationToken));

    /// <inheritdoc />
    public IAsyncEnumerable<WatchEvent> WatchAsync(
        KeyRange range, WatchOptions? options = null, CancellationToken cancellationToken = default)
    {
        Watches++;
        return GiveAsync();
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<WatchBatch> WatchBatchesAsync(
        KeyRange range,
        WatchOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (WatchEvent item in WatchAsync(range, options, cancellationToken))
        {
            yield return new WatchBatch(item.Revision, [item]);
        }

        yield return new WatchBatch(9, []);
    }

    private async IAsyncEnumerable<WatchEvent> GiveAsync()
    {
        foreach (WatchEvent item in Events)
        {
            yield return await Task.FromResult(item);
        }

        if (Failure is not null)
        {
            throw Failure;
        }
    }

    private Task<T> End<T>(T answer, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<T>(cancellationToken)
            : Failure is not null ? Task.FromException<T>(Failure)
            : Task.FromResult(answer);
}
