namespace EmbeddedConsensus.Testing.Tests.Leases;

/// <summary>Leases of real replicas in virtual time: what their holders may rely on, and what the others see.</summary>
public sealed class LeaseClusterTests
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(5);

    // An expired lease is ended within this time after it has a leader.
    private static readonly TimeSpan ExpiryBound = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_held_lease_outlives_its_time_to_live_many_times_and_ends_with_its_handle()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember member = cluster.AnyFollower;
        LeaseHandle lease = await cluster.RunUntilAsync(member.Leases.AcquireAsync(TimeToLive).AsTask());
        await PutAsync(cluster, member, "k", lease.Id);

        await cluster.AdvanceAsync(10 * TimeToLive);
        Assert.True(lease.IsHeld);
        Assert.False(lease.Lost.IsCancellationRequested);
        Assert.NotNull(await ReadAsync(cluster, "k"));

        await cluster.RunUntilAsync(lease.DisposeAsync().AsTask());
        Assert.False(lease.IsHeld);
        Assert.True(lease.Lost.IsCancellationRequested);
        Assert.Null(await ReadAsync(cluster, "k"));
    }

    [Fact]
    public async Task The_keys_of_a_holder_that_crashed_are_gone_after_the_time_to_live_and_not_before()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember member = cluster.AnyFollower;
        LeaseHandle lease = await cluster.RunUntilAsync(member.Leases.AcquireAsync(TimeToLive).AsTask());
        await PutAsync(cluster, member, "k", lease.Id);

        await member.CrashAsync();
        Assert.True(lease.Lost.IsCancellationRequested);
        await cluster.AdvanceAsync(TimeToLive / 2);
        Assert.NotNull(await ReadAsync(cluster, "k"));
        await cluster.AdvanceAsync((TimeToLive / 2) + ExpiryBound);
        Assert.Null(await ReadAsync(cluster, "k"));
    }

    [Fact]
    [Trait("Scenario", "57")]
    public async Task A_holder_that_is_cut_off_loses_the_lease_before_another_member_sees_the_end()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember member = cluster.AnyFollower;
        LeaseHandle lease = await cluster.RunUntilAsync(member.Leases.AcquireAsync(TimeToLive).AsTask());
        await PutAsync(cluster, member, "k", lease.Id);
        cluster.Isolate(member);

        Assert.True(await IsLostBeforeTheEndIsSeenAsync(cluster, lease));
    }

    [Fact]
    [Trait("Scenario", "57")]
    public async Task A_slow_answer_does_not_lengthen_the_holders_time()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3, options =>
            options.ConfigureStore = store =>
            {
                store.ElectionTimeout = TimeSpan.FromSeconds(4);
                store.MaxClockDrift = 0.001;
            });
        TestClusterMember member = cluster.AnyFollower;
        cluster.SetLink(cluster.Leader, member, new LinkConditions { Latency = TimeSpan.FromMilliseconds(700) });
        LeaseHandle lease = await cluster.RunUntilAsync(member.Leases.AcquireAsync(2 * TimeToLive).AsTask());
        await PutAsync(cluster, member, "k", lease.Id);
        await cluster.AdvanceAsync(4 * TimeToLive);
        Assert.True(lease.IsHeld);
        cluster.Isolate(member);

        Assert.True(await IsLostBeforeTheEndIsSeenAsync(cluster, lease));
    }

    [Fact]
    [Trait("Scenario", "57")]
    public async Task A_holder_that_was_paused_does_not_take_the_lease_for_held_when_it_resumes()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember member = cluster.AnyFollower;
        LeaseHandle lease = await cluster.RunUntilAsync(member.Leases.AcquireAsync(TimeToLive).AsTask());
        await PutAsync(cluster, member, "k", lease.Id);

        member.Pause();
        await cluster.AdvanceAsync(TimeToLive + ExpiryBound);
        Assert.Null(await ReadAsync(cluster, "k"));
        Assert.False(lease.IsHeld);
        member.Resume();
        await cluster.AdvanceAsync(TimeSpan.FromMilliseconds(10));

        Assert.True(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    [Trait("Scenario", "53")]
    public async Task A_leader_that_was_paused_ends_no_lease_that_was_renewed_elsewhere()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember old = cluster.Leader;
        TestClusterMember member = cluster.AnyFollower;
        LeaseHandle lease = await cluster.RunUntilAsync(member.Leases.AcquireAsync(TimeToLive).AsTask());
        await PutAsync(cluster, member, "k", lease.Id);

        old.Pause();
        await cluster.AdvanceAsync(3 * TimeToLive);
        Assert.True(lease.IsHeld);
        old.Resume();
        await cluster.AdvanceAsync(2 * TimeToLive);

        Assert.True(lease.IsHeld);
        Assert.NotNull(await ReadAsync(cluster, "k"));
    }

    [Fact]
    [Trait("Case", "S16")]
    [Trait("Scenario", "55")]
    public async Task No_lease_is_lost_and_none_lives_forever_when_the_leader_is_killed_three_times()
    {
        const int Held = 200;
        const int Abandoned = 50;
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(5);
        TestClusterMember member = cluster.AnyFollower;
        List<LeaseHandle> held = [];
        for (int i = 0; i < Held; i++)
        {
            held.Add(await cluster.RunUntilAsync(member.Leases.AcquireAsync(TimeToLive).AsTask()));
        }

        for (int kill = 0; kill < 3; kill++)
        {
            for (int i = 0; i < Abandoned; i++)
            {
                await cluster.RunUntilAsync(member.Leases.GrantAsync(TimeToLive).AsTask());
            }

            if (cluster.Leader == member)
            {
                TestClusterMember other = cluster.AnyFollower;
                await cluster.RunUntilAsync(member.Maintenance.TransferLeadershipAsync(other.Id).AsTask());
            }

            TestClusterMember leader = cluster.Leader;
            await leader.CrashAsync();
            await cluster.WaitForLeaderAsync();
            await cluster.AdvanceAsync(TimeSpan.FromSeconds(2));
            await leader.RestartAsync();
        }

        await cluster.AdvanceAsync(TimeToLive + (2 * ExpiryBound));
        Assert.All(held, lease => Assert.True(lease.IsHeld));
        Assert.Equal(
            held.Select(lease => lease.Id).Order(),
            await cluster.RunUntilAsync(member.Leases.ListAsync().AsTask()));
    }

    [Fact]
    [Trait("Scenario", "55")]
    public async Task A_lease_survives_the_restart_of_all_members_and_expires_after_it()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        LeaseGrant lease = await cluster.RunUntilAsync(cluster.Leader.Leases.GrantAsync(TimeToLive).AsTask());
        await PutAsync(cluster, cluster.Leader, "k", lease.Id);
        foreach (TestClusterMember member in cluster.Members)
        {
            await member.CrashAsync();
        }

        foreach (TestClusterMember member in cluster.Members)
        {
            await member.RestartAsync();
        }

        await cluster.WaitForLeaderAsync();
        Assert.NotNull(await ReadAsync(cluster, "k"));
        LeaseStatus status = await cluster.RunUntilAsync(
            cluster.Leader.Leases.TimeToLiveAsync(lease.Id, includeKeys: true).AsTask());
        Assert.Equal(["k"], status.Keys.Select(key => key.ToString()));
        Assert.InRange(status.Remaining, TimeSpan.FromMilliseconds(1), TimeToLive);

        await cluster.AdvanceAsync(TimeToLive + ExpiryBound);
        Assert.Null(await ReadAsync(cluster, "k"));
    }

    [Fact]
    [Trait("Scenario", "56")]
    public async Task A_huge_lease_is_revoked_to_its_last_key()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(1);
        TestClusterMember member = cluster.Leader;
        LeaseGrant lease = await cluster.RunUntilAsync(member.Leases.GrantAsync(TimeSpan.FromHours(1)).AsTask());
        for (int i = 0; i < 25; i++)
        {
            Operation[] puts = [.. Enumerable.Range(i * 100, 100).Select(n => Op.Put($"k{n}", "v", lease: lease.Id))];
            await cluster.RunUntilAsync(member.Store.TxnAsync(Txn.Do(puts)).AsTask());
        }

        await cluster.RunUntilAsync(member.Leases.RevokeAsync(lease.Id).AsTask());

        RangeResult left = await cluster.RunUntilAsync(member.Store.RangeAsync(KeyRange.All).AsTask());
        Assert.Equal(0, left.Count);
    }

    [Fact]
    [Trait("Scenario", "54")]
    public async Task Calls_about_leases_that_do_not_exist_or_cannot_fail_with_their_own_errors()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(1);
        ILeaseManager leases = cluster.Leader.Leases;
        LeaseGrant lease = await cluster.RunUntilAsync(leases.GrantAsync(TimeToLive, 7).AsTask());
        Assert.Equal(7, lease.Id);

        await Assert.ThrowsAsync<LeaseExistsException>(
            () => cluster.RunUntilAsync(leases.GrantAsync(TimeToLive, 7).AsTask()));
        await Assert.ThrowsAsync<LeaseNotFoundException>(
            () => cluster.RunUntilAsync(leases.KeepAliveAsync(8).AsTask()));
        await Assert.ThrowsAsync<LeaseNotFoundException>(() => cluster.RunUntilAsync(leases.RevokeAsync(8).AsTask()));
        await Assert.ThrowsAsync<LeaseNotFoundException>(
            () => cluster.RunUntilAsync(leases.TimeToLiveAsync(8).AsTask()));
        await Assert.ThrowsAsync<LeaseNotFoundException>(() => PutAsync(cluster, cluster.Leader, "k", 8));
        foreach (TimeSpan outOfRange in (TimeSpan[])[TimeSpan.Zero, -TimeToLive, TimeSpan.MaxValue, TimeSpan.MinValue])
        {
            Assert.Equal("timeToLive", (await Assert.ThrowsAsync<InvalidRequestException>(
                async () => await leases.GrantAsync(outOfRange))).ParamName);
        }

        Assert.Equal("id", (await Assert.ThrowsAsync<InvalidRequestException>(
            async () => await leases.GrantAsync(TimeToLive, -1))).ParamName);
        Assert.Equal("id", (await Assert.ThrowsAsync<InvalidRequestException>(
            async () => await leases.TimeToLiveAsync(-1))).ParamName);
        LeaseGrant shortest = await cluster.RunUntilAsync(leases.GrantAsync(TimeSpan.FromTicks(1)).AsTask());
        Assert.Equal(new ConsensusStoreOptions().ElectionTimeout * 1.5, shortest.TimeToLive);
    }

    private static async Task<bool> IsLostBeforeTheEndIsSeenAsync(ConsensusTestCluster cluster, LeaseHandle lease)
    {
        bool wasLostBefore = false;
        await cluster.RunUntilAsync(() =>
        {
            bool isGone = cluster.Members.Any(other => other.Status.Revision > 2);
            wasLostBefore |= !isGone && lease.Lost.IsCancellationRequested && !lease.IsHeld;
            return isGone;
        });
        return wasLostBefore;
    }

    private static async Task PutAsync(
        ConsensusTestCluster cluster, TestClusterMember member, string key, long lease) =>
        await cluster.RunUntilAsync(
            member.Store.PutAsync(key, "v", new PutOptions { Lease = lease }).AsTask());

    private static Task<KeyValue?> ReadAsync(ConsensusTestCluster cluster, string key) =>
        cluster.RunUntilAsync(cluster.Leader.Store.GetAsync(key).AsTask());
}
