using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>A member with a folder of its own that talks TCP, through as many lives as a test wants.</summary>
internal sealed class MemberOnDisk(ulong id) : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private string? _otherFolder;
    private IHost? _host;

    public MemberId Id { get; } = new(id);

    public string Address { get; private set; } = FreeAddress();

    public IKeyValueStore Store => _host!.Services.GetRequiredService<IKeyValueStore>();

    public IClusterManager Manager => _host!.Services.GetRequiredService<IClusterManager>();

    public void Move() => Address = FreeAddress();

    /// <summary>Starts on the folder of another member from now on, as after a mistake in a configuration.</summary>
    public void TakeFolderOf(MemberOnDisk other) => _otherFolder = other._folder.Path;

    public async Task StartAsync(params MemberOnDisk[] join)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
        });
        builder.Services.AddConsensusStore(options =>
        {
            options.MemberId = Id.Value;
            options.AdvertisedAddress = Address;
            options.RequestTimeout = TimeSpan.FromMinutes(1);
            foreach (MemberOnDisk member in join)
            {
                options.JoinAddresses.Add(member.Address);
            }
        })
        .UseFasterStorage(Configure)
        .UseTcpTransport();
        IHost host = builder.Build();
        try
        {
            await host.StartAsync();
        }
        catch
        {
            await ((IAsyncDisposable)host).DisposeAsync();
            throw;
        }

        _host = host;
    }

    public async Task KillAsync()
    {
        await ((IAsyncDisposable)_host!).DisposeAsync();
        _host = null;
    }

    public ReplicaStorage OpenStorage()
    {
        FasterStorageOptions options = new();
        Configure(options);
        FasterStorage storage = FasterStorage.Open(options);
        return new ReplicaStorage(storage.Log, storage.Snapshots);
    }

    /// <summary>Waits until this member knows that another one has a role.</summary>
    public async Task RoleIsAsync(MemberOnDisk member, MemberRole role)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        while ((await Manager.GetMembershipAsync(cancellationToken: deadline.Token)).Find(member.Id)?.Role != role)
        {
            Assert.False(deadline.IsCancellationRequested, $"Member {member.Id} did not become {role}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await KillAsync();
        }

        _folder.Dispose();
    }

    private static string FreeAddress()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }

    private void Configure(FasterStorageOptions options)
    {
        options.Directory = _otherFolder ?? _folder.Path;
        TestOptions.MakeSmall(options);
    }
}
