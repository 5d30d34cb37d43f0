using System.Buffers.Binary;
using System.Diagnostics;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>Many watchers of one key, and one writer that puts it repeatedly with the time of the put as its
/// value.</summary>
/// <param name="store">The store.</param>
/// <param name="options">The load.</param>
/// <param name="clock">The phase of the run.</param>
internal sealed class WatchLoad(IKeyValueStore store, LoadOptions options, LoadClock clock)
{
    private static readonly Key Watched = "/watch/k";

    private readonly LatencyHistogram[] _latencies =
        [.. Enumerable.Range(0, options.Watchers).Select(static _ => new LatencyHistogram())];

    /// <summary>The watchers' latencies. Read them after the load has stopped.</summary>
    public IEnumerable<LatencyHistogram> Latencies => _latencies;

    /// <summary>Watches and writes until the clock stops.</summary>
    public async Task RunAsync()
    {
        using CancellationTokenSource stop = new();
        Task[] watchers = Array.ConvertAll(_latencies, latencies => WatchAsync(latencies, stop.Token));
        await WriteAsync();
        await stop.CancelAsync();
        await Task.WhenAll(watchers);
    }

    private async Task WriteAsync()
    {
        while (!clock.IsStopped)
        {
            byte[] value = new byte[options.ValueBytes];
            BinaryPrimitives.WriteInt64LittleEndian(value, Stopwatch.GetTimestamp());
            await store.PutAsync(Watched, value);
        }
    }

    private async Task WatchAsync(LatencyHistogram latencies, CancellationToken stop)
    {
        try
        {
            await foreach (WatchEvent next in store.WatchAsync(Watched, null, stop))
            {
                if (clock.IsMeasuring)
                {
                    latencies.Record(LoadClock.NanosecondsSince(
                        BinaryPrimitives.ReadInt64LittleEndian(next.KeyValue.Value.Span)));
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The load is over.
        }
    }
}
