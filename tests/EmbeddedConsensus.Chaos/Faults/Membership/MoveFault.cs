using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>A member is killed and returns with its disk at another address, which it announces itself.</summary>
internal sealed class MoveFault : MembershipFault
{
    /// <inheritdoc />
    public override string Name => "member moved to another address";

    /// <inheritdoc />
    public override async Task RunAsync(FaultContext context)
    {
        ClusterMember member = context.LeaderOrAny();
        await member.KillAsync();
        await member.MoveAsync();
        await context.Cluster.StartAsync(member);
        await AskUntilAsync(
            context, new NodeRequest.GetMembers(), reply => reply.Members.Contains(member.Address));
    }
}
