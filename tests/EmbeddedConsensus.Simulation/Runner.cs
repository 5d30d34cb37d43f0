using System.Diagnostics;
using System.Globalization;
using EmbeddedConsensus.Testing.Simulation;

namespace EmbeddedConsensus.Simulation;

/// <summary>Runs many seeds, several at a time, and reports.</summary>
internal sealed class Runner(RunnerOptions options, TextWriter output)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly SimulationStatistics _total = new();
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private TimeSpan _lastProgress;
    private long _passed;
    private long _failed;

    /// <summary>Runs all seeds.</summary>
    /// <returns>The exit code: 1 when a seed failed.</returns>
    public int Run()
    {
        ulong next = options.Seeds.First;
        Thread[] workers = new Thread[options.Jobs];
        for (int i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(() =>
            {
                while (TryTake(ref next, out ulong seed))
                {
                    RunSeed(seed);
                }
            });
            workers[i].Start();
        }

        foreach (Thread worker in workers)
        {
            worker.Join();
        }

        Summarize();
        return _failed > 0 ? 1 : 0;
    }

    private bool TryTake(ref ulong next, out ulong seed)
    {
        lock (_gate)
        {
            seed = next;
            return next <= options.Seeds.Last && next++ >= options.Seeds.First;
        }
    }

    private void RunSeed(ulong seed)
    {
        SimulationOptions simulation = new()
        {
            Seed = seed,
            Replicas = options.Replicas,
            VirtualSeconds = options.VirtualSeconds,
            Defect = options.Defect,
            Log = options.IsVerbose ? WriteLine : null,
        };
        SimulationResult result = Simulate(simulation);
        SimulationFailedException? failure = result.Failure;
        if (options.RunsTwice)
        {
            SimulationResult again = Simulate(simulation with { Log = null });
            if (again.TraceHash != result.TraceHash)
            {
                failure ??= new SimulationFailedException("Determinism",
                    $"Two runs of the seed have the trace hashes {result.TraceHash:x16} and {again.TraceHash:x16}.");
            }
        }

        lock (_gate)
        {
            _total.Add(result.Statistics);
            if (failure is null)
            {
                _passed++;
                ReportProgress();
            }
            else
            {
                _failed++;
                ReportFailure(result, failure);
            }
        }
    }

    private static SimulationResult Simulate(SimulationOptions simulation) => Testing.Simulation.Simulation.Run(simulation);

    private void ReportFailure(SimulationResult result, SimulationFailedException failure)
    {
        output.WriteLine();
        output.WriteLine($"FAILED seed {result.Seed}, {result.Replicas} replicas, at "
            + $"{(result.Statistics.VirtualMicros / 1e6).ToString("F6", CultureInfo.InvariantCulture)} s: {failure.Invariant}");
        output.WriteLine($"  {failure.Details}");
        output.WriteLine("  replay: dotnet run -c Release --project tests/EmbeddedConsensus.Simulation -- "
            + $"--seeds {result.Seed} --replicas {options.Replicas} --virtual-seconds {options.VirtualSeconds}"
            + (options.Defect == SimulatedDefect.None ? "" : $" --defect {options.Defect}") + " --verbose");
        output.WriteLine();
    }

    private void ReportProgress()
    {
        if (_time.Elapsed - _lastProgress >= ProgressInterval)
        {
            _lastProgress = _time.Elapsed;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{_passed} passed, {_failed} failed so far, {Rate:F1} seeds/s"));
        }
    }

    // On a machine that others share, this is the figure to compare.
    private static TimeSpan CpuTime => Environment.CpuUsage.TotalTime;

    private double Rate => (_passed + _failed) / _time.Elapsed.TotalSeconds;

    private void Summarize()
    {
        SimulationStatistics all = _total;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            virtual time     {all.VirtualMicros / 1e6:F0} s, {all.Events} events
            operations       {all.Operations}: {all.Writes} writes, {all.Reads} reads, {all.UnknownWrites} with an unknown outcome, {all.FailedCalls} refused
            watch events     {all.WatchEvents}
            log              {all.Entries} entries, {all.RepeatedProposals} repeated proposals, {all.Leaders} leaders
            snapshots        {all.SnapshotsTaken} taken, {all.SnapshotsRestored} restored from a leader
            faults           {all.Faults}: {all.Crashes} crashes, {all.Partitions} partitions, {all.Stalls} pauses, clock jumps and slow disks, {all.MessageFaults} messages
            speed            {Rate:F1} seeds/s in {_time.Elapsed.TotalSeconds:F1} s, {(_passed + _failed) / CpuTime.TotalSeconds:F1} seeds a second of CPU time{(options.RunsTwice ? ", each seed run twice" : "")}
            """));
        output.WriteLine($"{_passed} passed, {_failed} failed");
    }

    private void WriteLine(string line)
    {
        lock (_gate)
        {
            output.WriteLine(line);
        }
    }
}
