using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>Something that goes wrong, and is put right again.</summary>
internal interface IFault
{
    /// <summary>What it is called in the summary.</summary>
    string Name { get; }

    /// <summary>Why it cannot be done here; null if it can.</summary>
    /// <param name="cluster">Where it would be done.</param>
    string? WhyImpossible(ChaosCluster cluster);

    /// <summary>Lets it go wrong for a while, and puts it right.</summary>
    /// <param name="context">Where to do it.</param>
    Task RunAsync(FaultContext context);
}
