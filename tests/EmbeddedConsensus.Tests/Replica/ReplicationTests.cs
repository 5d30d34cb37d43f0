namespace EmbeddedConsensus.Tests.Replica;

public sealed class ReplicationTests
{
    [Fact]
    public async Task A_write_at_any_member_is_read_at_every_member()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        for (int writer = 0; writer < 3; writer++)
        {
            PutResult put = await cluster.Store(writer).PutAsync($"key-{writer}", $"value-{writer}");
            for (int reader = 0; reader < 3; reader++)
            {
                KeyValue? read = await cluster.Store(reader).GetAsync($"key-{writer}");
                Assert.Equal($"value-{writer}", read?.Value.ToString());
                Assert.Equal(put.Revision, read?.ModRevision);
            }
        }

        await cluster.AssertEqualAsync();
    }

    [Fact]
    [Trait("Scenario", "14")]
    public async Task Every_call_at_a_survivor_runs_once_while_the_leader_dies_and_returns()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        int leader = await cluster.LeaderAsync();
        int survivor = (leader + 1) % 3;
        const int Callers = 16;
        const int Increments = 60;
        int done = 0;
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (int i = 0; i < Increments; i++)
            {
                // Each call writes its own key and must find it unwritten: a second execution would show.
                TxnResult result = await cluster.Store(survivor).TxnAsync(Txn
                    .If(Compare.Missing($"{caller}/{i}"))
                    .Then(Op.Put($"{caller}/{i}", "once")));
                Assert.True(result.Succeeded);
                Interlocked.Increment(ref done);
            }
        }))];

        await Eventually.HoldsAsync(() => Volatile.Read(ref done) > Callers * Increments / 4, "a quarter is done");
        await cluster.KillAsync(leader);
        await Eventually.HoldsAsync(() => Volatile.Read(ref done) > Callers * Increments / 2, "half is done");
        await cluster.StartAsync(leader);
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromMinutes(2));

        RangeResult all = await cluster.Store(leader).RangeAsync(KeyRange.All, new RangeOptions { CountOnly = true });
        Assert.Equal(Callers * Increments, all.Count);
        await cluster.AssertEqualAsync();
    }

    [Fact]
    [Trait("Scenario", "52")]
    public async Task A_hundred_large_writes_at_a_follower_at_once_overrun_no_queue()
    {
        CountingTransport?[] transports = new CountingTransport?[3];
        await using TestCluster cluster = await TestCluster.StartAsync(
            3, wrapTransport: (index, transport) => transports[index] = new CountingTransport(transport));
        int follower = (await cluster.LeaderAsync() + 1) % 3;
        byte[] value = new byte[1 << 20];
        await Task.WhenAll(Enumerable.Range(0, 100).Select(
            async i => await cluster.Store(follower).PutAsync($"key-{i}", value)));

        Assert.All(transports, transport => Assert.Equal(0, transport!.Dropped));
        await cluster.AssertEqualAsync();
    }

    [Fact]
    public async Task A_member_that_was_away_for_long_catches_up_by_a_snapshot()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3, options =>
        {
            options.SnapshotThresholdBytes = 1 << 20;
            options.RetainedLogBytes = 160 << 10;
            options.LogCacheBytes = 1 << 20;
        });
        int away = (await cluster.LeaderAsync() + 1) % 3;
        int writer = (away + 1) % 3;
        await cluster.KillAsync(away);
        byte[] value = new byte[16 << 10];
        for (int i = 0; i < 400; i++)
        {
            BitConverter.TryWriteBytes(value, i);
            await cluster.Store(writer).PutAsync($"key-{i % 50}", value);
        }

        await cluster.StartAsync(away);
        await cluster.Store(away).WaitForReadyAsync();

        Assert.True(cluster.Store(away).Status.SnapshotIndex > 0);
        KeyValue? read = await cluster.Store(away).GetAsync("key-49");
        Assert.Equal(399, BitConverter.ToInt32(read!.Value.Span));
        await cluster.AssertEqualAsync();
    }

    [Fact]
    public async Task A_stopping_leader_hands_over_before_it_goes()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        int leader = await cluster.LeaderAsync();
        ulong term = cluster.Store(leader).Status.Term;

        await cluster.StopAsync(leader);

        int next = await cluster.LeaderAsync();
        Assert.NotEqual(leader, next);

        // A handover takes one term: nobody had to time out and campaign again.
        Assert.Equal(term + 1, cluster.Store(next).Status.Term);
    }

    [Fact]
    public async Task A_whole_cluster_that_lost_power_comes_back_with_everything()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        for (int i = 0; i < 100; i++)
        {
            await cluster.Store(i % 3).PutAsync($"key-{i}", $"{i}");
        }

        for (int i = 0; i < 3; i++)
        {
            await cluster.KillAsync(i);
        }

        for (int i = 0; i < 3; i++)
        {
            await cluster.StartAsync(i);
        }

        RangeResult all = await cluster.Store(0).RangeAsync(KeyRange.All);
        Assert.Equal(100, all.Count);
        Assert.Equal(101, all.Revision);
        await cluster.AssertEqualAsync();
    }
}
