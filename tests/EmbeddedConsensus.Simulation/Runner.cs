using System.Diagnostics;
using System.Globalization;
using EmbeddedConsensus.Testing.Simulation;

namespace EmbeddedConsensus.Simulation;

/// <summary>Runs many seeds in parallel and reports.</summary>
internal sealed class Runner(RunnerOptions options, TextWriter output)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(10);

    // With a defect that breaks every seed, more shrunk schedules would not be read.
    private const int MaxShrunkSeeds = 3;

    private readonly Lock _gate = new();
    private readonly SimulationStatistics _total = new();
    private readonly SortedDictionary<string, int> _broken = [];
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly FailureReport _report = new(options, output);
    private readonly IEnumerator<ulong> _seeds = All(options.Seeds).GetEnumerator();
    private TimeSpan _lastProgress;
    private bool _isStopped;
    private long _passed;
    private long _failed;

    /// <summary>Runs all seeds.</summary>
    /// <returns>The exit code: 1 when a seed failed.</returns>
    public int Run()
    {
        output.WriteLine($"seeds            {string.Join(' ', options.Seeds)}");
        Thread[] workers = new Thread[options.Jobs];
        for (int i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(() =>
            {
                while (TryTake(out ulong seed))
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

        new Summary(_total, _passed + _failed, _time.Elapsed).Write(options, output);
        foreach ((string invariant, int seeds) in _broken)
        {
            output.WriteLine($"broken           {invariant} in {seeds} of {_passed + _failed} seeds");
        }

        output.WriteLine($"{_passed} passed, {_failed} failed");
        return _failed > 0 ? 1 : 0;
    }

    private bool TryTake(out ulong seed)
    {
        lock (_gate)
        {
            bool isTaken = !_isStopped && _seeds.MoveNext();
            seed = isTaken ? _seeds.Current : 0;
            return isTaken;
        }
    }

    private static IEnumerable<ulong> All(SeedRange[] ranges)
    {
        foreach (SeedRange range in ranges)
        {
            for (ulong seed = range.First; seed <= range.Last; seed++)
            {
                yield return seed;
            }
        }
    }

    private void RunSeed(ulong seed)
    {
        SimulationOptions simulation = new()
        {
            Seed = seed,
            Replicas = options.Replicas,
            VirtualSeconds = options.VirtualSeconds,
            Schedule = options.Schedule,
            Defect = options.Defect,
            Log = options.IsVerbose ? WriteLine : null,
        };
        SimulationResult result = Testing.Simulation.Simulation.Run(simulation);
        SimulationFailedException? failure = result.Failure;
        if (options.RunsTwice)
        {
            SimulationResult again = Testing.Simulation.Simulation.Run(simulation with { Log = null });
            if (again.TraceHash != result.TraceHash)
            {
                failure ??= new SimulationFailedException("Determinism",
                    $"Two runs of the seed have the trace hashes {result.TraceHash:x16} and {again.TraceHash:x16}.");
            }
        }

        bool isShrunk;
        lock (_gate)
        {
            _total.Add(result.Statistics);
            isShrunk = Count(failure);
            if (failure is null)
            {
                ReportProgress();
                return;
            }

            _report.Write(result, failure);
        }

        if (isShrunk && options.Shrinks && result.Failure is not null)
        {
            string shrunk = _report.Shrink(simulation with { Log = null }, result);
            WriteLine(shrunk);
        }
    }

    // Whether the failure is among the first, which are shrunk.
    private bool Count(SimulationFailedException? failure)
    {
        if (failure is null)
        {
            _passed++;
            return false;
        }

        _isStopped |= options.Until.Contains(failure.Invariant);
        _broken[failure.Invariant] = _broken.GetValueOrDefault(failure.Invariant) + 1;
        return ++_failed <= MaxShrunkSeeds;
    }

    private void ReportProgress()
    {
        if (_time.Elapsed - _lastProgress >= ProgressInterval)
        {
            _lastProgress = _time.Elapsed;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{_passed} passed, {_failed} failed so far, "
                + $"{(_passed + _failed) / _time.Elapsed.TotalSeconds:F1} seeds/s"));
        }
    }

    private void WriteLine(string line)
    {
        lock (_gate)
        {
            output.WriteLine(line);
        }
    }
}
