using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>Leadership is transferred to another member, healthy or not.</summary>
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
            // It may be refused, or its reply lost; the load checks what must hold.
            await ChaosCluster.TryAskAsync(
                leader, new NodeRequest.TransferLeadership(context.AnyMember().Id.Value), Timeout);
        }
    }
}
