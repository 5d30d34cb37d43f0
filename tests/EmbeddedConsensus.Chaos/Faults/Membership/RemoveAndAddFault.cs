using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>A member, often the leader, is removed, and then one with an empty disk is added.</summary>
internal sealed class RemoveAndAddFault : MembershipFault
{
    /// <inheritdoc />
    public override string Name => "member removed, another added";

    /// <inheritdoc />
    public override async Task RunAsync(FaultContext context)
    {
        ClusterMember old = context.LeaderOrAny();
        await CarryThroughAsync(context, new NodeRequest.RemoveMember(old.Id.Value));
        await RetireAsync(context, old);
        ClusterMember fresh = await StartFreshAsync(context);
        await CarryThroughAsync(context, new NodeRequest.AddMember(fresh.Address));
    }
}
