using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation.Deployments;

/// <summary>A cluster that has come about, as the checker knows it.</summary>
/// <param name="founder">The process that was the first to know it.</param>
internal sealed class DeployedCluster(DeployedProcess founder)
{
    /// <summary>The process that was the first to know it.</summary>
    public DeployedProcess Founder => founder;

    /// <summary>Its latest committed membership.</summary>
    public ClusterConfiguration Configuration { get; private set; } = new();

    /// <summary>The index of that membership.</summary>
    public ulong ConfigurationIndex { get; private set; }

    /// <summary>The keys whose writes it has acknowledged.</summary>
    public SortedSet<string> Acknowledged { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether it has acknowledged a write or answered a linearizable read.</summary>
    public bool HasServed { get; set; }

    /// <summary>Takes over what a process knows.</summary>
    public void Observe(ClusterConfiguration configuration, ulong index)
    {
        if (index > ConfigurationIndex)
        {
            (Configuration, ConfigurationIndex) = (configuration, index);
        }
    }
}
