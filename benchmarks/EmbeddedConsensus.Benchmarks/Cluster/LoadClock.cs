using System.Diagnostics;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>The phases of a load: warm-up, measurement, stop.</summary>
internal sealed class LoadClock
{
    private volatile bool _isMeasuring;
    private volatile bool _isStopped;

    /// <summary>Whether calls that end now are counted.</summary>
    public bool IsMeasuring => _isMeasuring;

    /// <summary>Whether the callers are to stop.</summary>
    public bool IsStopped => _isStopped;

    /// <summary>The time since a timestamp, in nanoseconds.</summary>
    /// <param name="timestamp">A timestamp of <see cref="Stopwatch"/>.</param>
    public static long NanosecondsSince(long timestamp) =>
        (long)((Stopwatch.GetTimestamp() - timestamp) * (1e9 / Stopwatch.Frequency));

    /// <summary>The warm-up is over.</summary>
    public void BeginMeasuring() => _isMeasuring = true;

    /// <summary>The measurement is over.</summary>
    public void EndMeasuring() => _isMeasuring = false;

    /// <summary>The load is over.</summary>
    public void Stop()
    {
        _isMeasuring = false;
        _isStopped = true;
    }
}
