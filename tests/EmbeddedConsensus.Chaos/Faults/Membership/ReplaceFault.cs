using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>A member, dead or alive, is replaced by one with an empty disk, in one step.</summary>
internal sealed class ReplaceFault : MembershipFault
{
    /// <inheritdoc />
    public override string Name => "member replaced";

    /// <inheritdoc />
    public override async Task RunAsync(FaultContext context)
    {
        ClusterMember old = context.LeaderOrAny();
        if (context.Random.Next(2) == 0)
        {
            await old.KillAsync();
        }

        await ReplaceAsync(context, old);
    }
}
