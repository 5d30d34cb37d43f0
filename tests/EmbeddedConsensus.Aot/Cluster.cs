using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Aot;

/// <summary>Three members, each in a host of its own.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private const int MemberCount = 3;

    private readonly List<IHost> _hosts;

    private Cluster(List<IHost> hosts) => _hosts = hosts;

    /// <summary>Starts the members that keep their data below a folder, and waits until each takes calls.</summary>
    public static async Task<Cluster> StartAsync(string folder, CancellationToken cancellationToken)
    {
        List<MemberEndpoint> endpoints = FreeEndpoints();
        Cluster cluster = new([.. endpoints.Select(member => Build(member, endpoints, folder))]);
        await Task.WhenAll(cluster._hosts.Select(host => host.StartAsync(cancellationToken)));
        for (int i = 0; i < MemberCount; i++)
        {
            await cluster.StoreOf(i).WaitForReadyAsync(cancellationToken);
        }

        return cluster;
    }

    /// <summary>The store of a member; counts around.</summary>
    public IKeyValueStore StoreOf(int member) =>
        _hosts[member % MemberCount].Services.GetRequiredService<IKeyValueStore>();

    /// <summary>Stops the members one after the other, as a rolling restart does.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (IHost host in _hosts)
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }

    private static IHost Build(MemberEndpoint member, List<MemberEndpoint> all, string folder)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services
            .AddConsensusStore(options =>
            {
                options.ClusterName = "aot";
                options.MemberId = member.Id.Value;
                options.AdvertisedAddress = member.Address;
                options.RequestTimeout = TimeSpan.FromSeconds(30);
                foreach (MemberEndpoint other in all)
                {
                    options.Members.Add(other);
                }
            })
            .UseFasterStorage(options => options.Directory = Path.Combine(folder, $"member-{member.Id}"))
            .UseTcpTransport();
        return builder.Build();
    }

    private static List<MemberEndpoint> FreeEndpoints()
    {
        // All ports at one time, so that no two are the same.
        List<TcpListener> listeners = [];
        for (int i = 0; i < MemberCount; i++)
        {
            TcpListener listener = new(IPAddress.Loopback, 0);
            listener.Start();
            listeners.Add(listener);
        }

        List<MemberEndpoint> endpoints =
        [
            .. listeners.Select((listener, i) =>
                new MemberEndpoint(new MemberId((ulong)i + 1), $"{listener.LocalEndpoint}")),
        ];
        listeners.ForEach(listener => listener.Dispose());
        return endpoints;
    }
}
