using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>The cluster grows by two members and then shrinks to any subset, each in one step.</summary>
internal sealed class GrowAndShrinkFault : MembershipFault
{
    private const int Growth = 2;
    private static readonly TimeSpan MaxHold = TimeSpan.FromSeconds(3);

    /// <inheritdoc />
    public override string Name => "cluster grown and shrunk";

    /// <inheritdoc />
    public override async Task RunAsync(FaultContext context)
    {
        int count = context.Cluster.Members.Count;
        for (int i = 0; i < Growth; i++)
        {
            // Both join at once, and either may be added first.
            await StartFreshAsync(context);
        }

        await CarryThroughAsync(context, Voters(context.Cluster.Members));
        await context.HoldAsync(TimeSpan.Zero, MaxHold);

        ClusterMember[] shuffled = context.AnyMembers(count + Growth);
        await CarryThroughAsync(context, Voters(shuffled[..count]));
        await Task.WhenAll(shuffled[count..].Select(member => RetireAsync(context, member)));
    }

    private static NodeRequest.ChangeMembers Voters(IEnumerable<ClusterMember> members) =>
        new([.. members.Select(static member => member.Address)]);
}
