using EmbeddedConsensus.Chaos.Nodes;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>An operator starts a member that is already running. The second process must report that the directory is
/// in use and leave it alone; the first one is unaffected.</summary>
internal sealed class SecondProcessFault : IFault
{
    /// <inheritdoc />
    public string Name => "second process on one directory";

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) => null;

    /// <inheritdoc />
    public async Task RunAsync(FaultContext context)
    {
        ClusterMember member = context.LeaderOrAny();
        NodeEvent.StartFailed? refusal = await member.TryStartSecondAsync();
        context.Did("second processes rejected", refusal is null ? 0 : 1);
        context.Note("a second process is rejected from a member's directory", Judge(member, refusal));
    }

    private static string? Judge(ClusterMember member, NodeEvent.StartFailed? refusal)
    {
        if (refusal is null)
        {
            return $"A second process of member {member.Id} started.";
        }

        bool isNamed = refusal.Type == nameof(StorageInUseException)
            && refusal.Message.Contains(member.Disk.Folder, StringComparison.Ordinal);
        return isNamed ? null : $"A second process of member {member.Id} said {refusal.Type}: {refusal.Message}";
    }
}
