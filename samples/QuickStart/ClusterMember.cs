using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>One replica in a host of its own, as a process of a real cluster would have it.</summary>
internal sealed class ClusterMember : IAsyncDisposable
{
    private readonly ClusterLayout _layout;
    private readonly IHost _host;

    /// <summary>A member that is not started.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="layout">The members of the cluster.</param>
    public ClusterMember(MemberId id, ClusterLayout layout)
    {
        Id = id;
        _layout = layout;
        _host = BuildHost();
        Store = _host.Services.GetRequiredService<IKeyValueStore>();
        Maintenance = _host.Services.GetRequiredService<IStoreMaintenance>();
    }

    /// <summary>Its id.</summary>
    public MemberId Id { get; }

    /// <summary>The store, as an app in the member's process sees it.</summary>
    public IKeyValueStore Store { get; }

    /// <summary>The operator's view of the replica.</summary>
    public IStoreMaintenance Maintenance { get; }

    /// <summary>Starts the host, and the replica with it.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public Task StartAsync(CancellationToken cancellationToken) => _host.StartAsync(cancellationToken);

    /// <summary>Ends the replica abruptly: nothing is handed over, its connections break and its port closes.
    /// (<see cref="IHost.StopAsync"/> is the orderly way: a leader hands over first.)</summary>
    public ValueTask DisposeAsync() => ((IAsyncDisposable)_host).DisposeAsync();

    private IHost BuildHost()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);

        // Lost connections are expected here: besides the report, show only unexpected errors.
        builder.Logging.AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Error);

        builder.Services
            .AddConsensusStore(options =>
            {
                options.ClusterName = "quickstart";
                options.MemberId = Id.Value;
                options.RequestTimeout = ClusterLayout.RequestTimeout;
                foreach (MemberEndpoint peer in _layout.Peers)
                {
                    options.Members.Add(new MemberOptions { Id = peer.Id.Value, Address = peer.Address });
                }
            })
            .UseFasterStorage(options => options.Directory = _layout.FolderOf(Id))
            .UseTcpTransport();
        return builder.Build();
    }
}
