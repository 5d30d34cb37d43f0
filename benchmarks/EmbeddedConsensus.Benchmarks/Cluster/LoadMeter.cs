using System.Diagnostics;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>The cost of a load: time, processor time, allocations, pauses.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class LoadMeter(LoadedCluster cluster) : IDisposable
{
    private readonly GcPauseListener _pauses = new();
    private long _start;
    private TimeSpan _processorTime;
    private long _allocatedBytes;

    /// <summary>The duration of the measurement.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>The processor time of all processes during the measurement.</summary>
    public TimeSpan ProcessorTime { get; private set; }

    /// <summary>The bytes this process allocated during the measurement.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>The longest pause of this process during the measurement.</summary>
    public TimeSpan LongestGcPause { get; private set; }

    /// <summary>Starts the measurement.</summary>
    public void Begin()
    {
        _pauses.Reset();
        _processorTime = cluster.ProcessorTime;
        _allocatedBytes = GC.GetTotalAllocatedBytes(precise: true);
        _start = Stopwatch.GetTimestamp();
    }

    /// <summary>Ends the measurement.</summary>
    public void End()
    {
        Elapsed = Stopwatch.GetElapsedTime(_start);
        AllocatedBytes = GC.GetTotalAllocatedBytes(precise: true) - _allocatedBytes;
        ProcessorTime = cluster.ProcessorTime - _processorTime;
        LongestGcPause = _pauses.Longest;
    }

    /// <inheritdoc />
    public void Dispose() => _pauses.Dispose();
}
