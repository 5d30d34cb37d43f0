using System.Diagnostics;

namespace EmbeddedConsensus.Benchmarks.Watches;

/// <summary>An in-memory store in this process whose single-key watchers restart many revisions back.</summary>
/// <param name="watchers">The watchers, each of a key of its own.</param>
/// <param name="revisions">How many revisions the watchers have to catch up.</param>
internal sealed class WatchCatchUp(int watchers, int revisions)
{
    private const int Callers = 512;

    /// <summary>Runs it.</summary>
    public async Task<WatchCatchUpResult> RunAsync(CancellationToken cancellationToken)
    {
        await using ConsensusStore opened = await ConsensusStore.OpenAsync(cancellationToken: cancellationToken);
        IKeyValueStore store = opened.Store;
        await store.WaitForReadyAsync(cancellationToken);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, revisions),
            new ParallelOptions { MaxDegreeOfParallelism = Callers, CancellationToken = cancellationToken },
            async (i, token) => await store.PutAsync($"k/{i % watchers}", "value", cancellationToken: token));
        long last = store.Status.Revision;
        GC.Collect();
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        Stopwatch clock = Stopwatch.StartNew();
        long[] events = await Task.WhenAll(Enumerable.Range(0, watchers).Select(
            i => CatchUpAsync(store, $"k/{i}", last, cancellationToken)));
        return new WatchCatchUpResult(
            watchers, revisions, events.Sum(), clock.Elapsed.TotalSeconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    private static async Task<long> CatchUpAsync(
        IKeyValueStore store, Key key, long last, CancellationToken cancellationToken)
    {
        await Task.Yield();
        long events = 0;
        WatchOptions options = new() { StartRevision = 2, ProgressInterval = Timeout.InfiniteTimeSpan };
        await foreach (WatchBatch batch in store.WatchBatchesAsync(key, options, cancellationToken))
        {
            events += batch.Events.Count;
            if (batch.Revision >= last || batch.IsProgress)
            {
                break;
            }
        }

        return events;
    }
}
