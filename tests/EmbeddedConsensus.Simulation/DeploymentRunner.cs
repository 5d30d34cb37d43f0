using System.Diagnostics;
using System.Globalization;
using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Deployments;

namespace EmbeddedConsensus.Simulation;

/// <summary>Runs deployments, many seeds in parallel, and reports.</summary>
internal sealed class DeploymentRunner(SeedRange[] seeds, int jobs, bool isVerbose, TextWriter output)
{
    private readonly Lock _gate = new();
    private readonly DeploymentStatistics _total = new();
    private int _passed;
    private int _failed;

    /// <summary>Runs all seeds.</summary>
    /// <returns>The exit code: 1 when a seed failed.</returns>
    public int Run()
    {
        Stopwatch time = Stopwatch.StartNew();
        output.WriteLine($"deployments      {string.Join(' ', seeds)}");
        Parallel.ForEachAsync(
            All(), new ParallelOptions { MaxDegreeOfParallelism = jobs }, async (seed, _) => await RunAsync(seed))
            .GetAwaiter().GetResult();
        output.WriteLine($"deployments      {_total}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"speed            {(_passed + _failed) / time.Elapsed.TotalSeconds:F1} seeds/s"));
        output.WriteLine($"{_passed} passed, {_failed} failed");
        return _failed > 0 ? 1 : 0;
    }

    private IEnumerable<ulong> All()
    {
        foreach (SeedRange range in seeds)
        {
            for (ulong seed = range.First; seed <= range.Last; seed++)
            {
                yield return seed;
            }
        }
    }

    private async Task RunAsync(ulong seed)
    {
        (DeploymentStatistics statistics, SimulationFailedException? failure) = await Deployment.RunAsync(
            new DeploymentOptions(seed, isVerbose ? WriteLine : null));
        lock (_gate)
        {
            _total.Add(statistics);
            if (failure is null)
            {
                _passed++;
                return;
            }

            _failed++;
            output.WriteLine($"""
                seed {seed} breaks {failure.Invariant}
                  {failure.Message}
                  to replay: dotnet run -c Release --project tests/EmbeddedConsensus.Simulation --
                    --deployments --seeds {seed} --verbose
                """);
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
