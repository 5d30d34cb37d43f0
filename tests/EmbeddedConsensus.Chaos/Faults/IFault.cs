using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>A fault that can be injected and healed.</summary>
internal interface IFault
{
    /// <summary>Its name in the summary.</summary>
    string Name { get; }

    /// <summary>The reason it cannot be injected here; null if it can.</summary>
    /// <param name="cluster">The cluster.</param>
    string? WhyImpossible(ChaosCluster cluster);

    /// <summary>Injects the fault for a while and heals it.</summary>
    /// <param name="context">The cluster and the checks.</param>
    Task RunAsync(FaultContext context);
}
