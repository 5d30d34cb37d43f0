using EmbeddedConsensus.Testing.Clusters;

namespace EmbeddedConsensus.Testing.Simulation.Deployments;

/// <summary>Where processes run: their network, their clock, and the turns of their threads.</summary>
internal sealed class DeploymentSite : IDisposable
{
    /// <summary>An empty site.</summary>
    /// <param name="seed">What the network is drawn from.</param>
    public DeploymentSite(ulong seed)
    {
        Network = new ClusterNetwork(Time, seed);
        Clock = new ClusterClock(Time, Turns, static () => "A deployment.");
    }

    /// <summary>The clock of all processes.</summary>
    public VirtualTimeProvider Time { get; } = new();

    /// <summary>The turns of all threads.</summary>
    public TurnQueue Turns { get; } = new();

    /// <summary>The network.</summary>
    public ClusterNetwork Network { get; }

    /// <summary>Moves <see cref="Time"/>.</summary>
    public ClusterClock Clock { get; }

    /// <summary>Lets time pass.</summary>
    public Task PassAsync(TimeSpan time) => WaitAsync(static () => false, time);

    /// <summary>Lets time pass until a condition holds.</summary>
    /// <returns>Whether it holds.</returns>
    public Task<bool> WaitAsync(Func<bool> condition, TimeSpan limit) =>
        Clock.RunUntilAsync(condition, Time.GetUtcNow() + limit, null, CancellationToken.None);

    /// <inheritdoc />
    public void Dispose() => Clock.Dispose();
}
