using EmbeddedConsensus.Testing;

namespace EmbeddedConsensus.Samples.TestingYourApp.Tests;

/// <summary>Settings reach every process, whatever happens in between.</summary>
public sealed class SettingsTests
{
    [Fact]
    public async Task A_change_reaches_every_process_through_every_change_of_leader()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        Settings[] processes = [.. cluster.Members.Select(member => new Settings(member.Store, cluster.Time))];
        using CancellationTokenSource stop = new();
        Task following = cluster.Run(() => Task.WhenAll(processes.Select(process => process.FollowAsync(stop.Token))));

        for (int i = 0; i < 6; i++)
        {
            await cluster.RunUntilAsync(() => processes[i % 3].SetAsync("limit", $"{i}"));
            await cluster.RunUntilAsync(
                () => processes.All(process => process["limit"] == $"{i}"), TimeSpan.FromSeconds(1));
            await (i % 2 == 0 ? cluster.ChangeLeaderAsync() : cluster.DeposeLeaderAsync());
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    [Fact]
    public async Task A_process_starts_over_when_history_was_compacted_while_it_was_cut_off()
    {
        // Snapshots are taken early, so that the late member receives one and never sees the single changes.
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(
            3, o => o.ConfigureStore = store => (store.SnapshotThresholdBytes, store.RetainedLogBytes) = (1 << 20, 0));
        TestClusterMember late = cluster.AnyFollower;
        Settings settings = new(late.Store, cluster.Time);
        Settings others = new(cluster.Leader.Store, cluster.Time);
        using CancellationTokenSource stop = new();
        Task following = cluster.Run(() => settings.FollowAsync(stop.Token));
        await cluster.RunUntilAsync(() => others.SetAsync("colour", "red"));
        await cluster.RunUntilAsync(() => settings["colour"] == "red");

        cluster.Isolate(late);
        await cluster.RunUntilAsync(async () =>
        {
            for (int i = 0; i < 32; i++)
            {
                await others.SetAsync("text", new string((char)('a' + i), 64 << 10));
            }

            await others.SetAsync("colour", "blue");
            await cluster.Leader.Store.CompactAsync(cluster.Leader.Status.Revision);
        });
        await cluster.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("red", settings["colour"]);

        cluster.Heal();
        await cluster.RunUntilAsync(() => settings["colour"] == "blue");
        Assert.True(late.Status.SnapshotIndex > 0);
        await cluster.RunUntilAsync(() => others.SetAsync("colour", "green"));
        await cluster.RunUntilAsync(() => settings["colour"] == "green");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }
}
