namespace EmbeddedConsensus.Testing.Simulation.Deployments;

/// <summary>What is deployed.</summary>
/// <param name="Seed">Every choice is drawn from it.</param>
/// <param name="Log">Gets every notable event; null for nobody.</param>
internal sealed record DeploymentOptions(ulong Seed, Action<string>? Log = null)
{
    /// <summary>How many things the operator does.</summary>
    public int Steps { get; init; } = 25;
}
