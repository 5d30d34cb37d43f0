using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Network;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>Hosts of real time on an in-memory network, each with a disk that outlives it.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    private readonly InMemoryNetwork _network = new();
    private readonly InMemoryDisk[] _disks;
    private readonly IHost?[] _hosts;
    private readonly Action<ConsensusStoreOptions>? _configure;
    private readonly Func<int, ILogStorage, ILogStorage>? _wrapLog;
    private readonly Func<int, ITransport, ITransport>? _wrapTransport;
    private readonly Action<IServiceCollection>? _addServices;

    public TestCluster(
        int members,
        Action<ConsensusStoreOptions>? configure = null,
        Func<int, ILogStorage, ILogStorage>? wrapLog = null,
        Func<int, ITransport, ITransport>? wrapTransport = null,
        Action<IServiceCollection>? addServices = null)
    {
        _disks = [.. Enumerable.Range(0, members).Select(_ => new InMemoryDisk())];
        _hosts = new IHost?[members];
        _configure = configure;
        _wrapLog = wrapLog;
        _wrapTransport = wrapTransport;
        _addServices = addServices;
    }

    public int Size => _hosts.Length;

    public InMemoryNetwork Network => _network;

    public IEnumerable<int> Running => Enumerable.Range(0, Size).Where(i => _hosts[i] is not null);

    public static MemberId IdOf(int index) => new((ulong)index + 1);

    public static async Task<TestCluster> StartAsync(
        int members,
        Action<ConsensusStoreOptions>? configure = null,
        Func<int, ILogStorage, ILogStorage>? wrapLog = null,
        Func<int, ITransport, ITransport>? wrapTransport = null,
        Action<IServiceCollection>? addServices = null)
    {
        TestCluster cluster = new(members, configure, wrapLog, wrapTransport, addServices);
        for (int i = 0; i < members; i++)
        {
            await cluster.StartAsync(i);
        }

        for (int i = 0; i < members; i++)
        {
            await cluster.Store(i).WaitForReadyAsync();
        }

        return cluster;
    }

    public IKeyValueStore Store(int index) => _hosts[index]!.Services.GetRequiredService<IKeyValueStore>();

    public TService Service<TService>(int index)
        where TService : notnull => _hosts[index]!.Services.GetRequiredService<TService>();

    public IStoreMaintenance Maintenance(int index) =>
        _hosts[index]!.Services.GetRequiredService<IStoreMaintenance>();

    /// <summary>Starts a member.</summary>
    /// <param name="index">The member.</param>
    /// <param name="reconfigure">Changes its options for this start only.</param>
    public async Task StartAsync(int index, Action<ConsensusStoreOptions>? reconfigure = null)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
        });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddConsensusStore(options =>
        {
            options.MemberId = IdOf(index).Value;
            options.HeartbeatInterval = TimeSpan.FromMilliseconds(20);
            options.ElectionTimeout = TimeSpan.FromMilliseconds(200);
            options.RequestTimeout = TimeSpan.FromSeconds(60);
            for (int i = 0; i < Size; i++)
            {
                options.Members.Add(new MemberOptions { Id = IdOf(i).Value, Address = $"member-{i}" });
            }

            _configure?.Invoke(options);
            reconfigure?.Invoke(options);
        })
        .UseStorage(_ =>
        {
            ILogStorage log = new InMemoryLogStorage(_disks[index]);
            return new ReplicaStorage(
                _wrapLog is null ? log : _wrapLog(index, log), new InMemorySnapshotStorage(_disks[index]));
        })
        .UseTransport((_, context) =>
        {
            ITransport transport = _network.CreateTransport(
                context.MemberId, context.ClusterId, address: context.Address);
            return _wrapTransport is null ? transport : _wrapTransport(index, transport);
        });
        _addServices?.Invoke(builder.Services);
        IHost host = builder.Build();
        await host.StartAsync();
        _hosts[index] = host;
    }

    /// <summary>Ends a member without a word to anybody.</summary>
    public async Task KillAsync(int index)
    {
        IHost host = _hosts[index]!;
        _hosts[index] = null;
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    public async Task StopAsync(int index)
    {
        IHost host = _hosts[index]!;
        _hosts[index] = null;
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    /// <summary>The index of the member that all running members agree on as their leader.</summary>
    public async Task<int> LeaderAsync()
    {
        int found = -1;
        await Eventually.HoldsAsync(
            () =>
            {
                MemberId[] leaders = [.. Running.Select(i => Store(i).Status.Leader).Distinct()];
                found = leaders is [{ IsNone: false } leader] ? (int)leader.Value - 1 : -1;
                return Running.Contains(found);
            },
            "all members agree on a running leader");
        return found;
    }

    /// <summary>Waits until every running member has applied a revision, and checks that all hold the same.</summary>
    public async Task AssertEqualAsync()
    {
        long revision = Running.Max(i => Store(i).Status.Revision);
        foreach (int i in Running)
        {
            await Eventually.HoldsAsync(
                () => Store(i).Status.Revision >= revision, $"member {i} has applied revision {revision}");
        }

        List<StoreHash> hashes = [];
        foreach (int i in Running)
        {
            hashes.Add(await Maintenance(i).HashAsync(revision));
        }

        Assert.Single(hashes.Distinct());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (int i in Running.ToArray())
        {
            await KillAsync(i);
        }
    }
}
