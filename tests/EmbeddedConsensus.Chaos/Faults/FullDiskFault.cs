using System.Diagnostics;
using EmbeddedConsensus.Chaos.Nodes;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>The disk of a member is full. Its store must say that it is faulted and its process must live on; when
/// there is space again, the member is started again.</summary>
internal sealed class FullDiskFault : IFault
{
    private static readonly TimeSpan FaultTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MinDown = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxDown = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public string Name => "full disk";

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) => cluster.Members.All(static member => member.Disk.CanBeFull)
        ? null
        : "mounting a small file system is not allowed here; run as root";

    /// <inheritdoc />
    public async Task RunAsync(FaultContext context)
    {
        ClusterMember member = context.LeaderOrAny();
        member.Disk.Fill();
        try
        {
            context.Note(
                "a full disk faults the store and not its process", await WaitForFaultAsync(member, context));
            await context.HoldAsync(MinDown, MaxDown);
        }
        finally
        {
            member.Disk.Free();
        }

        int refused = member.Process?.Status?.RefusedCallers ?? 0;
        context.Note(
            "callers of a faulted store are told so",
            refused > 0 ? null : $"No caller of member {member.Id} was told.");
        bool isClean = await member.StopAsync();
        context.Note(
            "a faulted store stops when told to", isClean ? null : $"Member {member.Id} did not stop in time.");
        await context.Cluster.StartAsync(member);
    }

    /// <summary>Waits until the store says that it is faulted. The cluster writes on all the time, so the member runs
    /// out of space soon, unless it hears nothing: then the healing of the network ends the wait.</summary>
    private static async Task<string?> WaitForFaultAsync(ClusterMember member, FaultContext context)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (waited.Elapsed < FaultTimeout)
        {
            switch (member.Process)
            {
                case null or { HasExited: true }:
                    return $"The process of member {member.Id} is gone.";
                case { Status: { State: StoreState.Faulted } status }:
                    return Judge(member, status);
                default:
                    await Task.Delay(PollInterval);
                    break;
            }
        }

        return $"Member {member.Id} is not faulted {FaultTimeout.TotalSeconds} s after its disk became full: "
            + $"{member.Process?.Status}";
    }

    private static string? Judge(ClusterMember member, NodeEvent.Status status)
    {
        bool isTyped = status.Fault is [nameof(ReplicaFaultedException), ..]
            && status.Fault.Contains(nameof(StorageException));
        return isTyped && status.Health == "Unhealthy"
            ? null
            : $"Member {member.Id} is faulted for {string.Join(" for ", status.Fault)} and {status.Health}.";
    }
}
