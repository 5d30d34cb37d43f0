using System.Net;
using System.Net.Sockets;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>A cluster with its leader in this process and its followers in their own processes.</summary>
internal sealed class LoadedCluster : IAsyncDisposable
{
    private static readonly TimeSpan LeadInterval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LeadDeadline = TimeSpan.FromMinutes(1);

    private readonly ClusterFolder? _folder;
    private readonly List<FollowerProcess> _followers = [];
    private LoadReplica? _replica;

    private LoadedCluster(StorageKind storage) => _folder = storage == StorageKind.Faster ? new ClusterFolder() : null;

    /// <summary>The store of the leader.</summary>
    public IKeyValueStore Store => _replica!.Store;

    /// <summary>The leases, at the leader.</summary>
    public ILeaseManager Leases => _replica!.Leases;

    /// <summary>The processor time of all processes so far.</summary>
    public TimeSpan ProcessorTime => _followers.Aggregate(
        Environment.CpuUsage.TotalTime, static (sum, follower) => sum + follower.ProcessorTime);

    /// <summary>Starts a cluster and waits until this process leads it.</summary>
    /// <param name="replicas">The number of replicas.</param>
    /// <param name="storage">Their storage.</param>
    /// <param name="reads">How the leader confirms linearizable reads.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<LoadedCluster> StartAsync(
        int replicas, StorageKind storage, LinearizableReadMode reads, CancellationToken cancellationToken)
    {
        LoadedCluster cluster = new(storage);
        try
        {
            int[] ports = FreePorts(replicas);
            for (int member = 2; member <= replicas; member++)
            {
                cluster._followers.Add(FollowerProcess.Start(member, ports, cluster._folder?.Path));
            }

            cluster._replica = await LoadReplica.StartAsync(
                1, ports, cluster._folder?.Path, reads, cancellationToken);
            await cluster.LeadAsync(cancellationToken).WaitAsync(LeadDeadline, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether this process still leads: a measurement across a leader change is meaningless.</summary>
    public bool Leads => Store.Status.IsLeader;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_replica is not null)
        {
            await _replica.DisposeAsync();
        }

        _followers.ForEach(static follower => follower.Dispose());
        _folder?.Dispose();
    }

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners =
            [.. Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        try
        {
            Array.ForEach(listeners, static listener => listener.Start());
            return [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            Array.ForEach(listeners, static listener => listener.Dispose());
        }
    }

    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Store.WaitForReadyAsync(cancellationToken);
            if (Leads)
            {
                return;
            }

            _followers.ForEach(static follower => follower.TellToHandOver());
            await Task.Delay(LeadInterval, cancellationToken);
        }
    }
}
