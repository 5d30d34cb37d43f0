using System.Diagnostics;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>What a load costs: time, processor time, allocations, pauses.</summary>
/// <param name="cluster">The cluster.</param>
internal sealed class LoadMeter(LoadedCluster cluster) : IDisposable
{
    private readonly GcPauseListener _pauses = new();
    private long _start;
    private TimeSpan _processorTime;
    private long _allocatedBytes;

    /// <summary>How long it was measured.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>The processor time that all processes used meanwhile.</summary>
    public TimeSpan ProcessorTime { get; private set; }

    /// <summary>What this process allocated meanwhile.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>The longest pause of this process meanwhile.</summary>
    public TimeSpan LongestGcPause { get; private set; }

    /// <summary>Begins.</summary>
    public void Begin()
    {
        _pauses.Reset();
        _processorTime = cluster.ProcessorTime;
        _allocatedBytes = GC.GetTotalAllocatedBytes(precise: true);
        _start = Stopwatch.GetTimestamp();
    }

    /// <summary>Ends.</summary>
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
