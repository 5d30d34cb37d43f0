using System.Runtime.CompilerServices;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Watches;

namespace EmbeddedConsensus.Replica;

/// <summary>Watches, read from the hub of the replica.</summary>
internal sealed partial class KeyValueStore
{
    private static readonly TimeSpan MinProgressInterval = TimeSpan.FromMilliseconds(10);

    /// <inheritdoc />
    public IAsyncEnumerable<WatchEvent> WatchAsync(
        KeyRange range, WatchOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= DefaultWatch;
        return ReadWatchAsync(range, options, FirstRevision(range, options), cancellationToken);
    }

    // The first revision to deliver, or 0 for all that follows the replica's start.
    private long FirstRevision(KeyRange range, WatchOptions options)
    {
        RequestValidator.CheckRange(range, nameof(range));
        if (options.StartRevision < 0)
        {
            throw new InvalidRequestException(nameof(options),
                $"The start revision is {options.StartRevision}. Use 0 for from now on, or a positive number.");
        }

        // "From now on" is the moment of this call, not of the first read of the result.
        return options.StartRevision > 0 ? options.StartRevision
            : _host.State == StoreState.Running ? _host.Apply.Revision + 1
            : 0;
    }

    private async IAsyncEnumerable<WatchEvent> ReadWatchAsync(
        KeyRange range, WatchOptions options, long first, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _host.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        WatchHub hub = _host.Apply.Watches;
        using AsyncSignal signal = new(_host.Completion);
        Watcher watcher = hub.Add(range, options, first > 0 ? first : _host.Apply.Revision + 1, signal);
        try
        {
            List<WatchEvent> events = [];
            while (true)
            {
                while (!watcher.TryTake(events))
                {
                    await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
                }

                if (events.Count == 0)
                {
                    // A piece of the history without a change of these keys. There may be many of them: the reader's
                    // thread is not held up for all, and a reader that has gone ends the search.
                    cancellationToken.ThrowIfCancellationRequested();
                    await _host.Completion.YieldAsync().ConfigureAwait(false);
                    cancellationToken.ThrowIfCancellationRequested();
                }

                foreach (WatchEvent next in events)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return next;
                }

                events.Clear();
            }
        }
        finally
        {
            hub.Remove(watcher);
        }
    }

    /// <inheritdoc />
    public IAsyncEnumerable<WatchBatch> WatchBatchesAsync(
        KeyRange range, WatchOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= DefaultWatch;
        long first = FirstRevision(range, options);
        if (options.ProgressInterval < MinProgressInterval && options.ProgressInterval != Timeout.InfiniteTimeSpan)
        {
            throw new InvalidRequestException(
                nameof(options),
                $"ProgressInterval is {options.ProgressInterval}. Use {MinProgressInterval} or more, or "
                + "Timeout.InfiniteTimeSpan for never.");
        }

        return ReadBatchesAsync(range, options, first, cancellationToken);
    }

    private async IAsyncEnumerable<WatchBatch> ReadBatchesAsync(
        KeyRange range, WatchOptions options, long first, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _host.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        WatchHub hub = _host.Apply.Watches;
        using AsyncSignal signal = new(_host.Completion);
        long start = first > 0 ? first : _host.Apply.Revision + 1;
        Watcher watcher = hub.Add(range, options, start, signal);

        // The first report is due when everything before the start was distributed, also if the keys are quiet.
        hub.WakeAt(watcher, start - 1);
        using WatchProgress progress = new(start, options.ProgressInterval, _host.Time, signal);
        void OnRequest() => hub.WakeAt(watcher, progress.Request(_host.Revisions().Revision));
        options.ProgressTrigger?.Attach(OnRequest);
        try
        {
            List<WatchEvent> events = [];
            while (true)
            {
                while (!watcher.TryTake(events))
                {
                    long? reached = watcher.SyncedRevision;
                    if (progress.TryReport(reached))
                    {
                        yield return new WatchBatch(reached!.Value, []);
                    }

                    await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
                }

                if (events.Count == 0)
                {
                    // A piece of the history without a change of these keys, as in WatchAsync.
                    cancellationToken.ThrowIfCancellationRequested();
                    await _host.Completion.YieldAsync().ConfigureAwait(false);
                    cancellationToken.ThrowIfCancellationRequested();
                }

                for (int next = 0; next < events.Count;)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    WatchBatch batch = BatchAt(events, next);
                    next += batch.Events.Count;
                    progress.Delivered(batch.Revision);
                    yield return batch;
                }

                events.Clear();
            }
        }
        finally
        {
            options.ProgressTrigger?.Detach(OnRequest);
            hub.Remove(watcher);
        }
    }

    // Only the last revision of the list can continue in the next one.
    private static WatchBatch BatchAt(List<WatchEvent> events, int start)
    {
        int end = start;
        while (!events[end].EndsRevision && end < events.Count - 1)
        {
            end++;
        }

        return new WatchBatch(
            events[start].Revision, events.GetRange(start, end - start + 1), !events[end].EndsRevision);
    }
}
