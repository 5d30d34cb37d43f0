using EmbeddedConsensus.Testing.Simulation;

namespace EmbeddedConsensus.Testing.Tests.Simulation;

/// <summary>Runs ranges of seeds.</summary>
internal static class Seeds
{
    /// <summary>Runs seeds that must pass, and adds up their statistics.</summary>
    public static SimulationStatistics RequirePasses(int first, int count, int replicas)
    {
        SimulationStatistics total = new();
        foreach (SimulationResult result in Run(first, count, replicas, SimulatedDefect.None))
        {
            Assert.True(result.Failure is null, $"Seed {result.Seed} with {replicas} replicas: "
                + $"{result.Failure?.Message}");
            total.Add(result.Statistics);
        }

        return total;
    }

    /// <summary>Runs seeds until one finds a bug; null when none does.</summary>
    public static string? FirstBrokenInvariant(int count, int replicas, SimulatedDefect defect) =>
        Run(1, count, replicas, defect)
            .Select(result => result.Failure?.Invariant)
            .FirstOrDefault(name => name is not null);

    private static IEnumerable<SimulationResult> Run(int first, int count, int replicas, SimulatedDefect defect) =>
        Enumerable.Range(first, count).Select(seed => EmbeddedConsensus.Testing.Simulation.Simulation.Run(
            new SimulationOptions
            {
                Seed = (ulong)seed,
                Replicas = replicas,
                VirtualSeconds = 20,
                Defect = defect,
            }));
}
