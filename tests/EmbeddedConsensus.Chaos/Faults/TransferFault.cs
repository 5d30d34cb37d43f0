using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>Leadership is handed to another member, whether that one is well or not.</summary>
internal sealed class TransferFault : IFault
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public string Name => "leadership transfer";

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) => null;

    /// <inheritdoc />
    public async Task RunAsync(FaultContext context)
    {
        if (context.Cluster.Leader is { } leader)
        {
            // It may be refused, or lost on the way: what must hold is checked by the load.
            await ChaosCluster.TryAskAsync(
                leader, new NodeRequest.TransferLeadership(context.AnyMember().Id.Value), Timeout);
        }
    }
}
