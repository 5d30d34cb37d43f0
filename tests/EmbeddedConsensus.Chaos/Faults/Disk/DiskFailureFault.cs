using System.Diagnostics;
using EmbeddedConsensus.Chaos.Nodes;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>The disk of a member fails while it runs. Its store must report a fault and its process must survive; after
/// the disk is repaired, the member is started again.</summary>
internal abstract class DiskFailureFault : IFault
{
    private static readonly TimeSpan FaultTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MinDown = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxDown = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public abstract string Name { get; }

    /// <inheritdoc />
    public virtual string? WhyImpossible(ChaosCluster cluster) => null;

    /// <inheritdoc />
    public async Task RunAsync(FaultContext context)
    {
        ClusterMember member = context.LeaderOrAny();
        await BreakAsync(context, member);
        try
        {
            context.Note($"a {Name} faults the store and not its process", await WaitForFaultAsync(member));
            await context.HoldAsync(MinDown, MaxDown);
        }
        finally
        {
            member.Disk.Free();
        }

        int refused = member.Process?.Status?.RefusedCallers ?? 0;
        context.Note(
            "callers of a faulted store see the fault",
            refused > 0 ? null : $"No caller of member {member.Id} saw the fault.");
        bool isClean = await member.StopAsync();
        context.Note(
            "a faulted store stops when asked to", isClean ? null : $"Member {member.Id} did not stop in time.");
        await context.Cluster.StartAsync(member);
    }

    /// <summary>Makes the disk fail.</summary>
    /// <param name="context">The cluster and the checks.</param>
    /// <param name="member">The owner of the disk.</param>
    protected abstract Task BreakAsync(FaultContext context, ClusterMember member);

    /// <summary>Waits until the store reports a fault. The cluster writes all the time, so the member uses its disk
    /// soon unless it is cut off: then the healing of the network ends the wait.</summary>
    private async Task<string?> WaitForFaultAsync(ClusterMember member)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (waited.Elapsed < FaultTimeout)
        {
            switch (member.Process)
            {
                case null or { HasExited: true }:
                    return $"The process of member {member.Id} has exited.";
                case { Status: { State: StoreState.Faulted } status }:
                    return Judge(member, status);
                default:
                    await Task.Delay(PollInterval);
                    break;
            }
        }

        return $"Member {member.Id} is not faulted {FaultTimeout.TotalSeconds} s after the {Name}: "
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
