namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Runs simulations.</summary>
internal static class Simulation
{
    private const long MicrosPerSecond = 1_000_000;

    /// <summary>Runs one simulation to its end, or to the first broken promise.</summary>
    public static SimulationResult Run(SimulationOptions options)
    {
        SimulatedCluster cluster = new(options);
        SimulationFailedException? failure = null;
        try
        {
            RunToEnd(cluster);
        }
        catch (SimulationFailedException exception)
        {
            failure = exception;
        }
#pragma warning disable CA1031 // Whatever escapes from the product is what the simulation looks for.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = new SimulationFailedException("Assertion", exception.ToString());
        }
        finally
        {
            cluster.Stop();
        }

        cluster.Statistics.Events = cluster.Events.Happened;
        cluster.Statistics.VirtualMicros = cluster.Now;
        return new SimulationResult(
            options.Seed, cluster.InitialReplicas, cluster.Schedule, cluster.Trace.Value, cluster.Statistics, failure);
    }

    private static void RunToEnd(SimulatedCluster cluster)
    {
        cluster.Note($"seed {cluster.Options.Seed}, {cluster.InitialReplicas} replicas, {cluster.Profile}");
        foreach (SimulatedReplica replica in cluster.Replicas)
        {
            replica.Start();
        }

        cluster.Workload.Begin();
        cluster.Operator.Begin();
        cluster.Faults.Begin();
        cluster.Run(cluster.Schedule.VirtualSeconds * MicrosPerSecond);
        new LivenessPhase(cluster, new SimulationRandom(cluster.Options.Seed).Fork(7)).Run();
    }
}
