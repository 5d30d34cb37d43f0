using System.Runtime.CompilerServices;

namespace EmbeddedConsensus;

/// <summary>Observes a range with the reads and watches of any store: a snapshot in pages at one revision, then the
/// changes after it, and again from the beginning when compaction has taken what was to come next.</summary>
/// <param name="store">The store.</param>
/// <param name="range">The keys.</param>
/// <param name="options">Where to start, and what to report.</param>
internal sealed class RangeObserver(IKeyValueStore store, KeyRange range, WatchOptions options)
{
    private const int PageItems = 256;

    // The revision to continue at; 0 when a snapshot is due.
    private long _next = options.StartRevision;

    /// <summary>Observes until it is cancelled.</summary>
    public async IAsyncEnumerable<Observation> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            IAsyncEnumerable<Observation> steps = _next == 0
                ? ReadSnapshotAsync(cancellationToken)
                : WatchAsync(cancellationToken);
            IAsyncEnumerator<Observation> step = steps.GetAsyncEnumerator(cancellationToken);
            await using (step.ConfigureAwait(false))
            {
                while (await TryMoveAsync(step).ConfigureAwait(false))
                {
                    yield return step.Current;
                }
            }
        }
    }

    private async ValueTask<bool> TryMoveAsync(IAsyncEnumerator<Observation> step)
    {
        try
        {
            return await step.MoveNextAsync().ConfigureAwait(false);
        }
        catch (CompactedException)
        {
            // What comes next is gone, also after a snapshot of the leader: only a new snapshot shows the keys.
            _next = 0;
            return false;
        }
    }

    // Linearizable: a snapshot is never older than what was observed before, and has what was acknowledged before.
    private async IAsyncEnumerable<Observation> ReadSnapshotAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RangeOptions page = new() { Limit = PageItems };
        RangeResult found = await store.RangeAsync(range, page, cancellationToken).ConfigureAwait(false);
        long revision = found.Revision;
        page = page with { Revision = revision, Consistency = Consistency.Serializable };
        yield return new Observation(ObservationKind.Snapshot, revision);
        while (true)
        {
            foreach (KeyValue item in found.Items)
            {
                yield return new Observation(ObservationKind.Item, revision) { Item = item };
            }

            if (found.Items.Count < PageItems)
            {
                break;
            }

            found = await store.RangeAsync(
                KeyRange.After(found.Items[^1].Key, range), page, cancellationToken).ConfigureAwait(false);
        }

        _next = revision + 1;
        yield return new Observation(ObservationKind.Synced, revision);
    }

    private async IAsyncEnumerable<Observation> WatchAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerable<WatchBatch> batches = store.WatchBatchesAsync(
            range, options with { StartRevision = _next }, cancellationToken);
        await foreach (WatchBatch batch in batches.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (WatchEvent change in batch.Events)
            {
                yield return new Observation(ObservationKind.Change, batch.Revision) { Change = change };
            }

            if (batch.IsProgress)
            {
                yield return new Observation(ObservationKind.Progress, batch.Revision);
            }

            _next = batch.IsPartial ? batch.Revision : batch.Revision + 1;
        }
    }
}
