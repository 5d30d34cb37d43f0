using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Etcd.Tests;

/// <summary>A web app with a store of one member in memory, which serves the etcd protocol on loopback.</summary>
internal sealed class EtcdServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EtcdServer(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>The store that it serves.</summary>
    public IKeyValueStore Store => _app.Services.GetRequiredService<IKeyValueStore>();

    public static async Task<EtcdServer> StartAsync(
        Action<EtcdOptions>? configure = null, Action<ConsensusStoreOptions>? configureStore = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddConsensusStore(configureStore);
        builder.Services.AddEtcd(configure);
        EtcdServer server = new(builder.Build());
        server._app.MapEtcd();
        await server._app.StartAsync();
        await server.Store.WaitForReadyAsync();
        server.Endpoint = new Uri(server._app.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
