using System.Diagnostics;

namespace EmbeddedConsensus.Benchmarks.Watches;

/// <summary>A store in this process, in memory: watchers of one range read while callers put its keys.</summary>
/// <param name="watchers">The watchers of the keys that are put.</param>
/// <param name="idle">The watchers of other keys, one each.</param>
/// <param name="callers">The callers that put.</param>
internal sealed class WatchFanout(int watchers, int idle, int callers)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    private long _events;
    private long _puts;

    /// <summary>Runs it.</summary>
    public async Task<WatchFanoutResult> RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        await using ConsensusStore opened = await ConsensusStore.OpenAsync(cancellationToken: cancellationToken);
        await opened.Store.WaitForReadyAsync(cancellationToken);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        List<Task> running =
            [.. Enumerable.Range(0, idle).Select(i => WatchAsync(opened.Store, $"idle/{i}", stop.Token))];
        await Task.Delay(WarmUp, cancellationToken);
        long idleBytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        for (int i = 0; i < watchers; i++)
        {
            running.Add(WatchAsync(opened.Store, KeyRange.Prefix("k/"), stop.Token));
        }

        running.AddRange(
            Enumerable.Range(0, callers).Select(caller => PutAsync(opened.Store, $"k/{caller}", stop.Token)));
        await Task.Delay(WarmUp, cancellationToken);
        (long puts, long events, TimeSpan cpu) = (_puts, _events, Environment.CpuUsage.TotalTime);
        Stopwatch clock = Stopwatch.StartNew();
        await Task.Delay(duration, cancellationToken);
        double seconds = clock.Elapsed.TotalSeconds;
        WatchFanoutResult result = new(
            watchers, idle, idleBytes, (_puts - puts) / seconds, (_events - events) / seconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / seconds);
        await stop.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return result;
    }

    private async Task WatchAsync(IKeyValueStore store, KeyRange range, CancellationToken stop)
    {
        await foreach (WatchEvent _ in store.WatchAsync(range, null, stop))
        {
            Interlocked.Increment(ref _events);
        }
    }

    private async Task PutAsync(IKeyValueStore store, Key key, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await store.PutAsync(key, "value", cancellationToken: stop);
            Interlocked.Increment(ref _puts);
        }
    }
}
