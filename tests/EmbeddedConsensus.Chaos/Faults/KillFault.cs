using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>Processes are killed as by <c>kill -9</c> and started again.</summary>
/// <param name="name">The name in the summary.</param>
/// <param name="choose">Chooses the members.</param>
internal sealed class KillFault(string name, Func<FaultContext, IReadOnlyList<ClusterMember>> choose) : IFault
{
    private static readonly TimeSpan MaxDown = TimeSpan.FromSeconds(3);

    /// <inheritdoc />
    public string Name => name;

    /// <summary>One member, half of the time the leader.</summary>
    public static KillFault One { get; } = new("kill -9 of one", static context => [context.LeaderOrAny()]);

    /// <summary>As many members as may fail while the others continue.</summary>
    public static KillFault Minority { get; } =
        new("kill -9 of a minority", static context => context.AnyMembers(context.Cluster.Minority));

    /// <summary>Every member at once.</summary>
    public static KillFault All { get; } = new("kill -9 of all at once", static context => context.Cluster.Members);

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) => null;

    /// <inheritdoc />
    public async Task RunAsync(FaultContext context)
    {
        IReadOnlyList<ClusterMember> members = choose(context);
        await Task.WhenAll(members.Select(static member => member.KillAsync()));
        await context.HoldAsync(TimeSpan.Zero, MaxDown);
        await Task.WhenAll(members.Select(context.Cluster.StartAsync));
    }
}
