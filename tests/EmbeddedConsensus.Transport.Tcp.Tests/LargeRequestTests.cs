using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Transport.Tcp.Tests;

public sealed class LargeRequestTests
{
    [Fact]
    public async Task A_request_of_the_largest_size_that_is_allowed_goes_through_to_every_member()
    {
        const int RequestBytes = 8 << 20;
        int[] ports = FreePorts(3);
        List<IHost> hosts = [];
        try
        {
            for (int member = 0; member < 3; member++)
            {
                hosts.Add(await StartAsync(member, ports, RequestBytes));
            }

            // From a follower, so that it crosses the network both as a proposal and as an entry.
            byte[] value = new byte[RequestBytes - 1024];
            new Random(1).NextBytes(value);
            foreach (IHost host in hosts)
            {
                IKeyValueStore store = host.Services.GetRequiredService<IKeyValueStore>();
                await store.WaitForReadyAsync();
                await store.PutAsync("large", value);
            }

            foreach (IHost host in hosts)
            {
                KeyValue? read = await host.Services.GetRequiredService<IKeyValueStore>().GetAsync("large");
                Assert.Equal(3, read?.Version);
                Assert.True(read!.Value.Span.SequenceEqual(value));
            }
        }
        finally
        {
            foreach (IHost host in hosts)
            {
                await ((IAsyncDisposable)host).DisposeAsync();
            }
        }
    }

    private static async Task<IHost> StartAsync(int member, int[] ports, int requestBytes)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddConsensusStore(options =>
        {
            options.MemberId = (ulong)member + 1;
            options.MaxRequestBytes = requestBytes;
            options.RequestTimeout = TimeSpan.FromMinutes(1);
            for (int i = 0; i < ports.Length; i++)
            {
                options.Members.Add(new MemberEndpoint(new MemberId((ulong)i + 1), $"127.0.0.1:{ports[i]}"));
            }
        }).UseTcpTransport();
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
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
