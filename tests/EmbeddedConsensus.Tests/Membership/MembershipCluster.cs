using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Network;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Tests.Membership;

/// <summary>Hosts that come, move and go, on an in-memory network where addresses count.</summary>
public sealed class MembershipCluster : IAsyncDisposable
{
    private readonly InMemoryNetwork _network = new();
    private readonly CapturedLog _log = new();
    private readonly Dictionary<ulong, InMemoryDisk> _disks = [];
    private readonly SortedDictionary<ulong, IHost> _hosts = [];

    public IEnumerable<ulong> Running => _hosts.Keys;

    /// <summary>The addresses that members run at; by default one that their id tells.</summary>
    public Dictionary<ulong, string> Addresses { get; } = [];

    /// <summary>Puts something between the members that start from now on and their logs; null for nothing.</summary>
    public Func<ulong, ILogStorage, ILogStorage>? WrapLog { get; set; }

    /// <summary>The same for their transports.</summary>
    public Func<ulong, ITransport, ITransport>? WrapTransport { get; set; }

    public static MemberId Id(ulong id) => new(id);

    /// <summary>Starts a new cluster and waits until it serves.</summary>
    public static async Task<MembershipCluster> FoundAsync(params ulong[] ids)
    {
        MembershipCluster cluster = new();
        foreach (ulong id in ids)
        {
            await cluster.StartFounderAsync(id, ids);
        }

        foreach (ulong id in ids)
        {
            await cluster.Store(id).WaitForReadyAsync();
        }

        return cluster;
    }

    public string AddressOf(ulong id) => Addresses.TryGetValue(id, out string? address) ? address : $"member-{id}";

    public MemberEndpoint PeerOf(ulong id) => new(Id(id), AddressOf(id));

    public IKeyValueStore Store(ulong id) => _hosts[id].Services.GetRequiredService<IKeyValueStore>();

    public IClusterManager Manager(ulong id) => _hosts[id].Services.GetRequiredService<IClusterManager>();

    internal InMemoryDisk Disk(ulong id) =>
        _disks.TryGetValue(id, out InMemoryDisk? disk) ? disk : _disks[id] = new InMemoryDisk();

    public void LoseDisk(ulong id) => _disks.Remove(id);

    public Task StartFounderAsync(ulong id, ulong[] ids, Action<ConsensusStoreOptions>? configure = null) =>
        StartAsync(id, options =>
        {
            foreach (ulong founder in ids.Length > 1 ? ids : [])
            {
                options.Members.Add(new MemberOptions { Id = founder, Address = AddressOf(founder) });
            }

            configure?.Invoke(options);
        });

    public Task StartJoinerAsync(ulong id, ulong by, Action<ConsensusStoreOptions>? configure = null) =>
        StartAsync(id, options =>
        {
            options.JoinAddresses.Add(AddressOf(by));
            configure?.Invoke(options);
        });

    public async Task StartAsync(ulong id, Action<ConsensusStoreOptions>? configure = null) =>
        _hosts[id] = await StartHostAsync(id, AddressOf(id), Disk(id), configure);

    /// <summary>Starts a second process under the id of a member, at another address, with the founders' list.
    /// </summary>
    internal async Task<TwinProcess> StartTwinAsync(
        ulong id, string address, ulong[] ids, InMemoryDisk? disk = null) =>
        new(await StartHostAsync(id, address, disk ?? new InMemoryDisk(), options =>
        {
            foreach (ulong founder in ids)
            {
                options.Members.Add(new MemberOptions { Id = founder, Address = AddressOf(founder) });
            }
        }));

    private async Task<IHost> StartHostAsync(
        ulong id, string address, InMemoryDisk disk, Action<ConsensusStoreOptions>? configure)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
        });
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(_log);
        builder.Services.AddConsensusStore(options =>
        {
            options.MemberId = id;
            options.AdvertisedAddress = address;
            options.HeartbeatInterval = TimeSpan.FromMilliseconds(30);
            options.ElectionTimeout = TimeSpan.FromMilliseconds(300);
            options.RequestTimeout = TimeSpan.FromSeconds(60);
            configure?.Invoke(options);
        })
        .UseStorage(_ =>
        {
            ILogStorage log = new InMemoryLogStorage(disk);
            return new ReplicaStorage(WrapLog?.Invoke(id, log) ?? log, new InMemorySnapshotStorage(disk));
        })
        .UseTransport((_, context) =>
        {
            ITransport transport = _network.CreateTransport(
                context.MemberId, context.ClusterId, address: context.Address);
            return WrapTransport?.Invoke(id, transport) ?? transport;
        });
        IHost host = builder.Build();
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            await ((IAsyncDisposable)host).DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends a member without a word to anybody; its disk stays.</summary>
    public async Task KillAsync(ulong id)
    {
        _hosts.Remove(id, out IHost? host);
        await ((IAsyncDisposable)host!).DisposeAsync();
    }

    public async Task StopAsync(ulong id)
    {
        _hosts.Remove(id, out IHost? host);
        await host!.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    /// <summary>The leader that every running member agrees on.</summary>
    public async Task<ulong> LeaderAsync(params ulong[] among)
    {
        ulong found = 0;
        ulong[] members = among.Length == 0 ? [.. Running] : among;
        await Eventually.HoldsAsync(
            () =>
            {
                MemberId[] leaders = [.. members.Select(id => Store(id).Status.Leader).Distinct()];
                found = leaders is [{ IsNone: false } leader] ? leader.Value : 0;
                return members.Contains(found);
            },
            "all members agree on a running leader");
        return found;
    }

    /// <summary>Waits until a member has a role in what another one knows of the membership.</summary>
    public Task RoleIsAsync(ulong seenBy, ulong member, MemberRole role) => Eventually.HoldsAsync(
        () => Store(seenBy).Status.Membership?.Find(Id(member))?.Role == role, $"member {member} is {role}");

    public bool HasLogged(string text) => _log.Contains(text);

    public Task IsLoggedAsync(string text) => Eventually.HoldsAsync(() => _log.Contains(text), "somebody logs "
        + $"'{text}'");

    public Task StateIsAsync(ulong member, StoreState state) => Eventually.HoldsAsync(
        () => Store(member).Status.State == state, $"the state of member {member} is {state}");

    /// <summary>Waits until some members hold the same, and checks that they do.</summary>
    public async Task AssertEqualAsync(params ulong[] members)
    {
        long revision = members.Max(id => Store(id).Status.Revision);
        List<StoreHash> hashes = [];
        foreach (ulong id in members)
        {
            await Eventually.HoldsAsync(
                () => Store(id).Status.Revision >= revision, $"member {id} has applied revision {revision}");
            IStoreMaintenance maintenance = _hosts[id].Services.GetRequiredService<IStoreMaintenance>();
            hashes.Add(await maintenance.HashAsync(revision));
        }

        Assert.Single(hashes.Distinct());
    }

    public async Task<HealthCheckResult> HealthAsync(ulong id) =>
        await new ConsensusStoreHealthCheck(Store(id)).CheckHealthAsync(new HealthCheckContext());

    public async ValueTask DisposeAsync()
    {
        foreach (ulong id in Running.ToArray())
        {
            await KillAsync(id);
        }
    }
}
