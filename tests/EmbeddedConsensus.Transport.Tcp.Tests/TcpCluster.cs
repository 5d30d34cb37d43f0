using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Transport.Tcp.Tests;

/// <summary>Hosts with a store each, connected over the loopback interface, with storage in memory.</summary>
internal sealed class TcpCluster : IAsyncDisposable
{
    private readonly List<IHost> _hosts = [];

    /// <summary>The addresses of the members, from member 1 on.</summary>
    public IReadOnlyList<string> Addresses { get; private init; } = [];

    /// <summary>The stores, from that of member 1 on.</summary>
    public IReadOnlyList<IKeyValueStore> Stores =>
        [.. _hosts.Select(host => host.Services.GetRequiredService<IKeyValueStore>())];

    /// <summary>Starts a new cluster.</summary>
    /// <param name="members">How many members.</param>
    /// <param name="configure">Sets more options of a member.</param>
    public static async Task<TcpCluster> StartAsync(int members, Action<ConsensusStoreOptions> configure)
    {
        var cluster = new TcpCluster { Addresses = [.. FreePorts(members).Select(port => $"127.0.0.1:{port}")] };
        for (int i = 0; i < members; i++)
        {
            cluster._hosts.Add(cluster.Build(i, configure));
            await cluster._hosts[i].StartAsync();
        }

        return cluster;
    }

    /// <summary>A service of a member.</summary>
    public T Get<T>(int member)
        where T : notnull => _hosts[member].Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        foreach (IHost host in _hosts)
        {
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }

    private IHost Build(int member, Action<ConsensusStoreOptions> configure)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddConsensusStore(options =>
        {
            options.MemberId = (ulong)member + 1;
            for (int i = 0; i < Addresses.Count; i++)
            {
                options.Members.Add(new MemberOptions { Id = (ulong)i + 1, Address = Addresses[i] });
            }

            configure(options);
        }).UseTcpTransport();
        return builder.Build();
    }

    private static int[] FreePorts(int count)
    {
        List<TcpListener> listeners =
            [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        listeners.ForEach(listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}
