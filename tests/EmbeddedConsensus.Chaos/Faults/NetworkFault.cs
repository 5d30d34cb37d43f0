using EmbeddedConsensus.Chaos.Nodes;
using EmbeddedConsensus.Chaos.Proxy;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>The network between the members is disturbed for a while.</summary>
/// <param name="name">The name in the summary.</param>
/// <param name="disturb">Disturbs the network.</param>
internal sealed class NetworkFault(string name, Action<FaultContext> disturb) : IFault
{
    private const int MinDelayMs = 5;
    private const int MaxDelayMs = 60;
    private const int MinBytesPerSecond = 20_000;
    private const int MaxBytesPerSecond = 200_000;

    // One network fault runs at a time; other faults block links under their own key.
    private static readonly object Blocker = new();
    private static readonly TimeSpan Min = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public string Name => name;

    /// <summary>Some members, often only the leader, and the others cannot reach each other.</summary>
    public static NetworkFault Partition { get; } = new("partition", static context =>
    {
        ClusterMember[] side = Side(context);
        ForEachPair(context, (from, to, link) => BlockIf(context, side.Contains(from) != side.Contains(to), link));
    });

    /// <summary>Some members can send but not receive, or receive but not send.</summary>
    public static NetworkFault OneWayPartition { get; } = new("one-way partition", static context =>
    {
        ClusterMember[] side = Side(context);
        bool outward = context.Random.Next(2) == 0;
        ForEachPair(context, (from, to, link) =>
            BlockIf(context, side.Contains(from) == outward && side.Contains(to) != outward, link));
    });

    /// <summary>Two members cannot reach each other, while each reaches all the others.</summary>
    public static NetworkFault PartialPartition { get; } = new("partial partition", static context =>
    {
        ClusterMember[] pair = context.AnyMembers(2);
        ForEachPair(context, (from, to, link) => BlockIf(context, pair.Contains(from) && pair.Contains(to), link));
    });

    /// <summary>Every message is delayed, by a different time on every link.</summary>
    public static NetworkFault Delay { get; } = new("delays", static context =>
        ForEachPair(context, (_, _, link) => link.Delay =
            TimeSpan.FromMilliseconds(context.Random.Next(MinDelayMs, MaxDelayMs))));

    /// <summary>Links are throttled.</summary>
    public static NetworkFault Bandwidth { get; } = new("low bandwidth", static context =>
        ForEachPair(context, (_, _, link) => link.BytesPerSecond =
            context.Random.Next(MinBytesPerSecond, MaxBytesPerSecond)));

    /// <summary>Connections are cut repeatedly.</summary>
    public static NetworkFault Cuts { get; } = new("cut connections", static context =>
        ForEachPair(context, (_, _, link) =>
        {
            if (context.Random.Next(2) == 0)
            {
                context.Did("connections cut", link.Cut());
            }
        }));

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) => null;

    /// <inheritdoc />
    public async Task RunAsync(FaultContext context)
    {
        disturb(context);
        await context.HoldAsync(Min, Max);
        context.Cluster.Links.UnblockFrom(Blocker);
        context.Cluster.Links.QuickenAll();
    }

    private static ClusterMember[] Side(FaultContext context) =>
        context.Random.Next(2) == 0
            ? [context.LeaderOrAny()]
            : context.AnyMembers(1 + context.Random.Next(context.Cluster.Members.Count - 1));

    private static void BlockIf(FaultContext context, bool isBetween, Link link)
    {
        if (isBetween)
        {
            link.Block(Blocker);
            context.Did("links between two members blocked", 1);
        }
    }

    private static void ForEachPair(FaultContext context, Action<ClusterMember, ClusterMember, Link> act)
    {
        foreach (ClusterMember from in context.Cluster.Members)
        {
            foreach (ClusterMember to in context.Cluster.Members)
            {
                if (from != to)
                {
                    act(from, to, context.Cluster.Links.Between(from.Id, to.Id));
                }
            }
        }
    }
}
