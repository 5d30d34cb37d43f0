using EmbeddedConsensus.Chaos.Checks;
using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>The tools of a fault.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="random">Makes the fault's choices.</param>
/// <param name="checks">Receives its checks.</param>
/// <param name="round">The round.</param>
/// <param name="roundEnds">Ends waits early when the round is over.</param>
internal sealed class FaultContext(
    ChaosCluster cluster, Random random, CheckBook checks, int round, CancellationToken roundEnds)
{
    /// <summary>The cluster.</summary>
    public ChaosCluster Cluster => cluster;

    /// <summary>Makes the fault's choices.</summary>
    public Random Random => random;

    /// <summary>Waits for a random time, or until the round is over.</summary>
    /// <param name="min">The minimum.</param>
    /// <param name="max">The maximum.</param>
    public Task HoldAsync(TimeSpan min, TimeSpan max) =>
        WaitAsync(min + ((max - min) * random.NextDouble()));

    /// <summary>Records a check.</summary>
    /// <param name="name">What must hold.</param>
    /// <param name="failure">What was found instead, or null if it holds.</param>
    public void Note(string name, string? failure) => checks.Note(round, name, failure);

    /// <summary>Counts an action.</summary>
    /// <param name="deed">The action.</param>
    /// <param name="count">How often it was done.</param>
    public void Did(string deed, long count) => cluster.Observer.Did(deed, count);

    /// <summary>Any member.</summary>
    public ClusterMember AnyMember() => cluster.Members[random.Next(cluster.Members.Count)];

    /// <summary>The leader half of the time, if there is one; otherwise any member.</summary>
    public ClusterMember LeaderOrAny() => random.Next(2) == 0 && cluster.Leader is { } leader ? leader : AnyMember();

    /// <summary>Some members, in random order.</summary>
    /// <param name="count">How many.</param>
    public ClusterMember[] AnyMembers(int count)
    {
        ClusterMember[] members = [.. cluster.Members];
        random.Shuffle(members);
        return members[..count];
    }

    private async Task WaitAsync(TimeSpan time) =>
        await Task.Delay(time, roundEnds).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
