using System.Diagnostics;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>One caller: one call after the other, counted in its own histogram.</summary>
/// <param name="workload">The calls.</param>
/// <param name="clock">The phase of the run.</param>
/// <param name="seed">The seed of its choices.</param>
internal sealed class Caller(CallWorkload workload, LoadClock clock, int seed)
{
    // A call that completes synchronously never yields its thread, and other callers wait for it.
    private const int CallsBetweenYields = 512;

    private readonly Random _random = new(seed);

    /// <summary>The measured latencies. Read them after the caller has stopped.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Calls until the clock stops.</summary>
    public async Task RunAsync()
    {
        for (int calls = 1; !clock.IsStopped; calls++)
        {
            long start = Stopwatch.GetTimestamp();
            await workload.CallAsync(_random);
            if (clock.IsMeasuring)
            {
                Latencies.Record(LoadClock.NanosecondsSince(start));
            }

            if (calls % CallsBetweenYields == 0)
            {
                await Task.Yield();
            }
        }
    }
}
