using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>A member is stopped cleanly under load and started again.</summary>
internal sealed class RestartFault : IFault
{
    private static readonly TimeSpan MaxDown = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public string Name => "stop and start of one";

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) => null;

    /// <inheritdoc />
    public async Task RunAsync(FaultContext context)
    {
        ClusterMember member = context.LeaderOrAny();
        bool isClean = await member.StopAsync();
        context.Note(
            "a member stops when asked to", isClean ? null : $"Member {member.Id} did not stop in time.");
        await context.HoldAsync(TimeSpan.Zero, MaxDown);
        await context.Cluster.StartAsync(member);
    }
}
