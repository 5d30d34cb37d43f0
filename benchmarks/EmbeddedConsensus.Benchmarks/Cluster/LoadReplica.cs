using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>One replica of a loaded cluster, in this process.</summary>
internal sealed class LoadReplica : IAsyncDisposable
{
    private readonly IHost _host;

    private LoadReplica(IHost host)
    {
        _host = host;
        Store = host.Services.GetRequiredService<IKeyValueStore>();
        Leases = host.Services.GetRequiredService<ILeaseManager>();
        Maintenance = host.Services.GetRequiredService<IStoreMaintenance>();
    }

    /// <summary>The store.</summary>
    public IKeyValueStore Store { get; }

    /// <summary>The leases.</summary>
    public ILeaseManager Leases { get; }

    /// <summary>The operator's view of it.</summary>
    public IStoreMaintenance Maintenance { get; }

    /// <summary>Starts a replica.</summary>
    /// <param name="member">Its number, from 1.</param>
    /// <param name="ports">The ports of all replicas, in order.</param>
    /// <param name="folder">The directory for all replicas' directories; null to keep the data in memory.</param>
    /// <param name="reads">How it confirms linearizable reads as leader.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<LoadReplica> StartAsync(
        int member, IReadOnlyList<int> ports, string? folder, LinearizableReadMode reads,
        CancellationToken cancellationToken)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Logging.AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        IConsensusStoreBuilder store = builder.Services.AddConsensusStore(options =>
        {
            options.ClusterName = "load";
            options.MemberId = (ulong)member;
            options.LinearizableReadMode = reads;
            for (int i = 0; i < ports.Count; i++)
            {
                options.Members.Add(new MemberOptions
                {
                    Id = (ulong)i + 1,
                    Address = $"{IPAddress.Loopback}:{ports[i]}",
                });
            }
        });
        if (ports.Count > 1)
        {
            store.UseTcpTransport();
        }

        if (folder is not null)
        {
            string own = Path.Combine(folder, member.ToString(CultureInfo.InvariantCulture));
            store.UseFasterStorage(options => options.Directory = own);
        }

        LoadReplica replica = new(builder.Build());
        await replica._host.StartAsync(cancellationToken);
        return replica;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ((IAsyncDisposable)_host).DisposeAsync();
}
