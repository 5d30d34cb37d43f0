namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>Starts a cluster, puts load on it, and measures.</summary>
internal static class LoadRun
{
    private const double BytesPerMebibyte = 1 << 20;

    /// <summary>Runs a load.</summary>
    /// <param name="options">The load and the cluster.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public static async Task<LoadResult> RunAsync(LoadOptions options, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"{options.Replicas} replicas start");
        await using LoadedCluster cluster = await LoadedCluster.StartAsync(
            options.Replicas, options.Storage, options.Reads, cancellationToken);
        LoadClock clock = new();
        (Task load, IEnumerable<LatencyHistogram> latencies) =
            await BeginAsync(cluster, options, clock, cancellationToken);
        LoadMeter meter = new(cluster);
        using (meter)
        {
            await MeasureAsync(options, clock, meter, load, cancellationToken);
        }

        clock.Stop();
        await load;
        if (!cluster.Leads)
        {
            throw new InvalidOperationException(
                "Leadership moved during the measurement: it says nothing. Run it again.");
        }

        LatencyHistogram all = new();
        foreach (LatencyHistogram one in latencies)
        {
            all.Add(one);
        }

        return Summarize(options, meter, all);
    }

    private static async Task<(Task Load, IEnumerable<LatencyHistogram> Latencies)> BeginAsync(
        LoadedCluster cluster, LoadOptions options, LoadClock clock, CancellationToken cancellationToken)
    {
        if (options.Workload == WorkloadKind.Watch)
        {
            WatchLoad watch = new(cluster.Store, options, clock);
            return (Task.Run(watch.RunAsync, cancellationToken), watch.Latencies);
        }

        CallWorkload workload = new(cluster.Store, options);
        if (options.Workload is not WorkloadKind.Put)
        {
            await Console.Error.WriteLineAsync($"{options.Keys} keys are written");
            await workload.PreloadAsync(cancellationToken);
        }

        Caller[] callers = [.. Enumerable.Range(0, options.Callers).Select(seed => new Caller(workload, clock, seed))];
        return (
            Task.WhenAll(callers.Select(caller => Task.Run(caller.RunAsync, cancellationToken))),
            callers.Select(static caller => caller.Latencies));
    }

    private static async Task MeasureAsync(
        LoadOptions options, LoadClock clock, LoadMeter meter, Task load, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"{options.Workload} warms up, {options.WarmupSeconds} s");
        await DelayAsync(options.WarmupSeconds, load, cancellationToken);
        await Console.Error.WriteLineAsync($"{options.Workload} is measured, {options.Seconds} s");
        meter.Begin();
        clock.BeginMeasuring();
        await DelayAsync(options.Seconds, load, cancellationToken);
        clock.EndMeasuring();
        meter.End();
    }

    /// <summary>Waits, and throws if the load fails.</summary>
    private static async Task DelayAsync(int seconds, Task load, CancellationToken cancellationToken)
    {
        Task delay = Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        if (await Task.WhenAny(delay, load) == load)
        {
            await load;
        }

        await delay;
    }

    private static LoadResult Summarize(LoadOptions options, LoadMeter meter, LatencyHistogram latencies)
    {
        double ops = Math.Max(1, latencies.Count);
        return new LoadResult
        {
            Workload = options.Workload.ToString().ToLowerInvariant(),
            Reads = options.Reads.ToString(),
            Replicas = options.Replicas,
            Callers = options.Workload == WorkloadKind.Watch ? options.Watchers : options.Callers,
            Value = options.ValueBytes,
            Ops = latencies.Count,
            OpsPerSecond = Math.Round(latencies.Count / meter.Elapsed.TotalSeconds),
            P50Ms = Math.Round(latencies.PercentileMs(0.5), 4),
            P99Ms = Math.Round(latencies.PercentileMs(0.99), 4),
            P999Ms = Math.Round(latencies.PercentileMs(0.999), 4),
            CpuSecondsPerThousandOps = Math.Round(meter.ProcessorTime.TotalSeconds / ops * 1000, 6),
            AllocatedBytesPerOp = Math.Round(meter.AllocatedBytes / ops, 1),
            GcPauseMaxMs = Math.Round(meter.LongestGcPause.TotalMilliseconds, 2),
            RssMb = Math.Round(Environment.WorkingSet / BytesPerMebibyte, 1),
        };
    }
}
