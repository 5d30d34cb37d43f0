using EmbeddedConsensus.Tests.Replica;

namespace EmbeddedConsensus.Tests.Hosting;

/// <summary>What docs/configuration.md says may change in a rolling restart does so under load, without a failed
/// call.</summary>
public sealed class RollingChangeTests
{
    // Addresses and formats concern the whole cluster: the tests of the membership and of FormatVersionTests change
    // them.
    private static readonly string[] ChangedElsewhere =
        [nameof(ConsensusStoreOptions.AdvertisedAddress), nameof(ConsensusStoreOptions.MaxFormatVersion)];

    private static readonly Dictionary<string, Action<ConsensusStoreOptions>> Changes = new()
    {
        [nameof(ConsensusStoreOptions.HeartbeatInterval)] =
            static options => options.HeartbeatInterval = TimeSpan.FromMilliseconds(40),
        [nameof(ConsensusStoreOptions.ElectionTimeout)] =
            static options => options.ElectionTimeout = TimeSpan.FromMilliseconds(120),
        [nameof(ConsensusStoreOptions.LinearizableReadMode)] =
            static options => options.LinearizableReadMode = LinearizableReadMode.QuorumRound,
        [nameof(ConsensusStoreOptions.MaxClockDrift)] = static options => options.MaxClockDrift = 0.3,
        [nameof(ConsensusStoreOptions.RequestTimeout)] =
            static options => options.RequestTimeout = TimeSpan.FromSeconds(30),
        [nameof(ConsensusStoreOptions.MaxRequestBytes)] = static options => options.MaxRequestBytes = 1 << 20,
        [nameof(ConsensusStoreOptions.MaxTxnOperations)] = static options => options.MaxTxnOperations = 1,
        [nameof(ConsensusStoreOptions.MaxPendingRequests)] = static options => options.MaxPendingRequests = 16,
        [nameof(ConsensusStoreOptions.WhenFull)] = static options => options.WhenFull = WhenFull.Wait,
        [nameof(ConsensusStoreOptions.MaxWaitingRequests)] = static options => options.MaxWaitingRequests = 16,
        [nameof(ConsensusStoreOptions.MaxWatchBytes)] = static options => options.MaxWatchBytes = 1 << 20,
        [nameof(ConsensusStoreOptions.SnapshotThresholdBytes)] =
            static options => options.SnapshotThresholdBytes = 1 << 20,
        [nameof(ConsensusStoreOptions.RetainedLogBytes)] = static options => options.RetainedLogBytes = 0,
        [nameof(ConsensusStoreOptions.LogCacheBytes)] = static options => options.LogCacheBytes = 1 << 20,
        [nameof(ConsensusStoreOptions.LeadershipTransferTimeout)] =
            static options => options.LeadershipTransferTimeout = TimeSpan.FromMilliseconds(500),
    };

    public static TheoryData<string> Settings { get; } = [.. Changes.Keys];

    [Fact]
    public void Every_setting_that_may_change_in_a_rolling_restart_is_changed_here()
    {
        IEnumerable<string> documented = ConfigurationDocumentationTests.RowsOf(nameof(ConsensusStoreOptions))
            .Where(row => row.Rolling == "yes" || row.Rolling.StartsWith("yes:", StringComparison.Ordinal))
            .Select(row => row.Name);

        Assert.Equal(documented.Except(ChangedElsewhere).Order(), Changes.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Settings))]
    [Trait("Case", "T12")]
    public async Task A_rolling_restart_changes_a_setting_under_load(string setting)
    {
        bool[] isChanged = new bool[3];
        await using TestCluster cluster = await TestCluster.StartAsync(3, options =>
        {
            options.LinearizableReadMode = LinearizableReadMode.LeaderLease;
            if (isChanged[options.MemberId - 1])
            {
                Changes[setting](options);
            }
        });

        for (int member = 0; member < 3; member++)
        {
            IKeyValueStore other = cluster.Store((member + 1) % 3);
            using CancellationTokenSource restarted = new();
            Task<int> load = PutUntilAsync(other, restarted.Token);
            await cluster.StopAsync(member);
            isChanged[member] = true;
            await cluster.StartAsync(member);
            await cluster.Store(member).WaitForReadyAsync();
            await restarted.CancelAsync();
            int last = await load;

            Assert.Equal($"{last}", (await cluster.Store(member).GetAsync("k"))?.Value.ToString());
        }

        await cluster.AssertEqualAsync();
    }

    private static async Task<int> PutUntilAsync(IKeyValueStore store, CancellationToken end)
    {
        int last = 0;
        do
        {
            await store.PutAsync("k", $"{++last}", cancellationToken: CancellationToken.None);
        }
        while (!end.IsCancellationRequested);

        return last;
    }
}
