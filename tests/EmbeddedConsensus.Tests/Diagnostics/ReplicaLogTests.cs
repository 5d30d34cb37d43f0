using EmbeddedConsensus.Testing;

namespace EmbeddedConsensus.Tests.Diagnostics;

/// <summary>One line for each change, and none while nothing changes. Time is virtual.</summary>
public sealed class ReplicaLogTests : IDisposable
{
    private readonly LogRecorder _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_start_logs_the_member_its_leader_and_the_agreed_format()
    {
        await using ConsensusTestCluster cluster = await StartAsync(3);

        Assert.Equal(Counts(
                ("Started", 3), ("FormatVersionChanged", 3), ("Leading", 1), ("Following", 2)), _log.Take());
    }

    [Fact]
    public async Task An_idle_minute_logs_nothing()
    {
        await using ConsensusTestCluster cluster = await StartAsync(3);
        _log.Take();

        await cluster.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Empty(_log.Texts);
    }

    [Fact]
    public async Task Writes_log_nothing()
    {
        await using ConsensusTestCluster cluster = await StartAsync(3);
        _log.Take();
        for (int i = 0; i < 100; i++)
        {
            await cluster.RunUntilAsync(cluster.Members[i % 3].Store.PutAsync($"key-{i}", $"{i}"));
        }

        Assert.Empty(_log.Texts);
    }

    [Fact]
    public async Task An_election_logs_the_loss_and_the_new_leader()
    {
        await using ConsensusTestCluster cluster = await StartAsync(3);
        _log.Take();

        await cluster.Leader.CrashAsync();
        await cluster.WaitForLeaderAsync();
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(Counts(("Stopped", 1), ("LeaderLost", 2), ("Leading", 1), ("Following", 1)), _log.Take());
    }

    [Fact]
    public async Task A_lost_majority_is_logged_once_and_so_is_its_return()
    {
        await using ConsensusTestCluster cluster = await StartAsync(3);
        TestClusterMember[] followers = [.. cluster.Followers];
        _log.Take();

        foreach (TestClusterMember follower in followers)
        {
            await follower.CrashAsync();
        }

        await cluster.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(Counts(("Stopped", 2), ("LeadershipLost", 1), ("MajorityLost", 1)), _log.Take());

        foreach (TestClusterMember follower in followers)
        {
            await follower.RestartAsync();
        }

        await cluster.WaitForLeaderAsync();
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        SortedDictionary<string, int> counts = _log.Take();
        Assert.Equal(1, counts["MajorityRegained"]);
        Assert.Equal((1, 2), (counts["Leading"], counts["Following"]));
    }

    [Fact]
    public async Task A_membership_change_logs_each_membership_once_a_member()
    {
        await using ConsensusTestCluster cluster = await StartAsync(3);
        TestClusterMember learner = await cluster.StartMemberAsync(MemberRole.Learner);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(10));
        _log.Take();

        await cluster.RemoveMemberAsync(cluster.AnyFollower);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(10));

        SortedDictionary<string, int> counts = _log.Take();
        Assert.InRange(counts["MembershipChanged"], 3, 4);
        Assert.Equal(1, counts["Removed"]);
        Assert.True(learner.Status.CommitIndex > 0);
    }

    [Fact]
    public async Task A_fault_is_logged_once()
    {
        await using ConsensusTestCluster cluster = await StartAsync(3);
        TestClusterMember broken = cluster.AnyFollower;
        _log.Take();

        broken.Disk.FailNextWrite();
        await cluster.RunUntilAsync(cluster.Leader.Store.PutAsync("k", "v"));
        await cluster.RunUntilAsync(() => broken.Status.State == StoreState.Faulted);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(Counts(("Faulted", 1)), _log.Take());
    }

    [Fact]
    public async Task A_snapshot_is_logged_when_it_is_taken_sent_and_installed()
    {
        await using ConsensusTestCluster cluster = await StartAsync(3, store =>
        {
            store.SnapshotThresholdBytes = 1 << 20;
            store.RetainedLogBytes = 0;
            store.LogCacheBytes = 1 << 20;
        });
        TestClusterMember away = cluster.AnyFollower;
        await away.CrashAsync();
        for (int i = 0; i < 64; i++)
        {
            await cluster.RunUntilAsync(cluster.Leader.Store.PutAsync($"k{i}", new byte[64 << 10]));
        }

        Assert.True(_log.Take()["SnapshotTaken"] >= 2);
        await away.RestartAsync();
        await cluster.RunUntilAsync(() => away.Status.SnapshotIndex > 0);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));

        SortedDictionary<string, int> counts = _log.Take();

        // The first transfer is given up for a newer snapshot when the leader has one.
        Assert.InRange(counts["SnapshotSending"], 1, 2);
        Assert.Equal(1, counts["SnapshotInstalled"]);
    }

    // Far enough for the members to agree on a format version.
    private async Task<ConsensusTestCluster> StartAsync(int members, Action<ConsensusStoreOptions>? configure = null)
    {
        ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(members, options =>
        {
            options.LoggerFactory = _log;
            options.ConfigureStore = configure;
        });
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(10));
        return cluster;
    }

    private static SortedDictionary<string, int> Counts(params (string Name, int Count)[] counts) =>
        new(counts.ToDictionary(count => count.Name, count => count.Count));
}
