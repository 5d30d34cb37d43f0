namespace EmbeddedConsensus.Testing.Simulation.Deployments;

/// <summary>What is deployed.</summary>
/// <param name="Seed">Every choice is drawn from it.</param>
/// <param name="Log">Receives every notable event; null when none is wanted.</param>
internal sealed record DeploymentOptions(ulong Seed, Action<string>? Log = null)
{
    /// <summary>How many things the operator does.</summary>
    public int Steps { get; init; } = 25;
}
