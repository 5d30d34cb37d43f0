using EmbeddedConsensus.Chaos.Nodes;
using EmbeddedConsensus.Testing.Hostile;

namespace EmbeddedConsensus.Chaos.Load;

/// <summary>A hostile peer beside the load of a round: it reaches the ports on which the members listen, and is no
/// member.</summary>
internal sealed class Attack : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly ClusterObserver _observer;
    private readonly HostilePeer _peer;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    /// <summary>Begins an attack.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="workers">The connections that the peer opens at a time.</param>
    /// <param name="seed">Decides what it does.</param>
    public Attack(ChaosCluster cluster, int workers, int seed)
    {
        _observer = cluster.Observer;
        HostilePeerOptions options = new()
        {
            ClusterName = NodeHost.ClusterName, Seed = seed, Workers = workers, Pause = Pause,
        };
        foreach (ClusterMember member in cluster.Members)
        {
            options.Addresses.Add(member.Proxy.Target.ToString());
            options.MemberIds.Add(member.Id.Value);
        }

        _peer = new HostilePeer(options);
        _running = _peer.RunAsync(_end.Token);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _end.Dispose();
        _observer.Did("hostile connections", _peer.Counts.Values.Sum());
    }
}
