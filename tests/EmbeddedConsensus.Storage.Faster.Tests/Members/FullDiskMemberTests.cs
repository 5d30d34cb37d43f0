using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>A member whose disk has room for its log and none for its snapshot.</summary>
[Trait("Case", "T15")]
public sealed class FullDiskMemberTests
{
    [Fact]
    public async Task A_snapshot_without_room_waits_while_the_member_serves_and_says_so()
    {
        using var folder = new TemporaryFolder();
        using Tmpfs? disk = Tmpfs.TryMount(folder.Path, 12_000);
        Assert.SkipWhen(disk is null, "Mounting a tmpfs is not allowed here.");
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
        });
        builder.Services.AddConsensusStore(options =>
        {
            options.MemberId = 1;
            options.SnapshotThresholdBytes = 1 << 20;
            options.RetainedLogBytes = 0;
        }).UseFasterStorage(options =>
        {
            options.Directory = folder.Path;
            TestOptions.MakeSmall(options);
            options.SegmentBytes = 4 << 20;
        });
        builder.Services.AddHealthChecks().AddConsensusStore();
        using IHost host = builder.Build();
        await host.StartAsync();
        IKeyValueStore store = host.Services.GetRequiredService<IKeyValueStore>();
        HealthCheckService health = host.Services.GetRequiredService<HealthCheckService>();
        await store.PutAsync("k", "v");
        string ballast = disk.Fill(3 << 20);

        // Enough for a snapshot to be due; the log keeps the last 4 MiB for itself.
        for (int i = 0; i < 150; i++)
        {
            await store.PutAsync("k", new byte[8_000]);
        }

        await UntilAsync(() => store.Status.SnapshotFault is not null);
        Assert.Equal(StoreState.Running, store.Status.State);
        Assert.Contains(folder.Path, store.Status.SnapshotFault, StringComparison.Ordinal);
        Assert.Contains("bytes of free space", store.Status.SnapshotFault, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Degraded, (await health.CheckHealthAsync()).Status);
        await store.PutAsync("k", "still");
        Assert.Equal("still", (await store.GetAsync("k"))?.Value.ToString());

        File.Delete(ballast);
        await UntilAsync(() => store.Status.SnapshotIndex > 0);
        await UntilAsync(() => store.Status.SnapshotFault is null);
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);
        await host.StopAsync();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        while (!condition())
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}
