using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>A process is stopped for longer than an election takes (SIGSTOP, SIGCONT) and resumes unaware that time has
/// passed.</summary>
/// <param name="name">The name in the summary.</param>
/// <param name="choose">Chooses the members.</param>
internal sealed class PauseFault(string name, Func<FaultContext, IEnumerable<ClusterMember>> choose) : IFault
{
    private static readonly TimeSpan Min = NodeHost.ElectionTimeout * 2.5;
    private static readonly TimeSpan Max = NodeHost.ElectionTimeout * 4;

    /// <inheritdoc />
    public string Name => name;

    /// <summary>The leader.</summary>
    public static PauseFault Leader { get; } =
        new("SIGSTOP of the leader", static context => [context.Cluster.Leader ?? context.AnyMember()]);

    /// <summary>As many followers as may fail while the others continue.</summary>
    public static PauseFault Followers { get; } = new("SIGSTOP of followers", static context => context
        .AnyMembers(context.Cluster.Members.Count)
        .Where(member => member != context.Cluster.Leader)
        .Take(context.Cluster.Minority));

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) =>
        ProcessSignals.AreAvailable ? null : "this system has no SIGSTOP";

    /// <inheritdoc />
    public async Task RunAsync(FaultContext context)
    {
        ClusterMember[] members = [.. choose(context)];
        Array.ForEach(members, static member => member.Pause());
        await context.HoldAsync(Min, Max);
        Array.ForEach(members, static member => member.Resume());
    }
}
