using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EmbeddedConsensus.Tests.Replica;

public sealed class LifecycleTests
{
    [Fact]
    [Trait("Scenario", "38")]
    public async Task A_failed_flush_faults_the_replica_and_nothing_else()
    {
        FaultInjectingLogStorage? log = null;
        await using TestCluster cluster = await TestCluster.StartAsync(3, wrapLog: (member, inner) =>
            member == 0 ? log = new FaultInjectingLogStorage(inner) : inner);
        IKeyValueStore broken = cluster.Store(0);
        await broken.PutAsync("before", "1");
        IAsyncEnumerator<WatchEvent> watch = broken.WatchAsync(KeyRange.All).GetAsyncEnumerator();
        ValueTask<bool> next = watch.MoveNextAsync();

        log!.FailNextWrite();
        await cluster.Store(1).PutAsync("during", "2");

        await Eventually.HoldsAsync(() => broken.Status.State == StoreState.Faulted, "the replica is faulted");
        ReplicaFaultedException fault = Assert.IsType<ReplicaFaultedException>(broken.Status.Fault);
        Assert.IsAssignableFrom<StorageException>(fault.InnerException);
        await Assert.ThrowsAsync<ReplicaFaultedException>(async () => await broken.PutAsync("after", "4"));
        await Assert.ThrowsAsync<ReplicaFaultedException>(async () => await broken.GetAsync("after"));
        await Assert.ThrowsAsync<ReplicaFaultedException>(async () =>
        {
            while (await next)
            {
                next = watch.MoveNextAsync();
            }
        });
        HealthCheckResult health = await new ConsensusStoreHealthCheck(broken)
            .CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(HealthStatus.Unhealthy, health.Status);

        // The others go on, and the member comes back when it is started again.
        await cluster.Store(1).PutAsync("after", "5");
        await cluster.KillAsync(0);
        await cluster.StartAsync(0);
        Assert.Equal("5", (await cluster.Store(0).GetAsync("after"))?.Value.ToString());
        await cluster.AssertEqualAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Scenario", "38")]
    public async Task A_leader_that_is_faulted_or_stopped_does_not_say_that_it_leads(bool isFaulted)
    {
        FaultInjectingLogStorage[] logs = new FaultInjectingLogStorage[3];
        await using TestCluster cluster = await TestCluster.StartAsync(
            3,
            options =>
            {
                options.LinearizableReadMode = LinearizableReadMode.LeaderLease;
                options.LeadershipTransferTimeout = TimeSpan.Zero;
            },
            (member, inner) => logs[member] = new FaultInjectingLogStorage(inner));
        int index = -1;

        // On a busy machine the lead may move meanwhile, so that the member that led first never gets a lease.
        await Eventually.HoldsAsync(
            () => (index = cluster.Running.ToList().FindIndex(i => cluster.Store(i).Status is
                { IsLeader: true, HoldsReadLease: true })) >= 0,
            "a leader holds a lease");
        IKeyValueStore leader = cluster.Store(index);

        if (isFaulted)
        {
            logs[index].FailNextWrite();
            await Assert.ThrowsAnyAsync<ConsensusStoreException>(async () => await leader.PutAsync("k", "v"));
        }
        else
        {
            await cluster.KillAsync(index);
        }

        StoreState expected = isFaulted ? StoreState.Faulted : StoreState.Stopped;
        await Eventually.HoldsAsync(() => leader.Status.State == expected, $"the replica is {expected}");
        StoreStatus status = leader.Status;
        Assert.Equal(
            (false, ReplicaRole.Follower, MemberId.None, false),
            (status.IsLeader, status.Role, status.Leader, status.HoldsReadLease));
        Assert.Equal(MemberId.None, status.Membership!.Leader);
        Assert.True(status.Term > 0);
    }

    [Fact]
    public async Task Calls_of_a_stopped_store_fail_and_stopping_twice_is_fine()
    {
        TestCluster cluster = await TestCluster.StartAsync(1);
        IKeyValueStore store = cluster.Store(0);
        IStoreMaintenance maintenance = cluster.Maintenance(0);
        await store.PutAsync("k", "v");
        await using IAsyncEnumerator<WatchEvent> watch = store.WatchAsync("k").GetAsyncEnumerator();
        Task<bool> next = watch.MoveNextAsync().AsTask();

        await cluster.StopAsync(0);
        await cluster.DisposeAsync();

        Assert.Equal(StoreState.Stopped, store.Status.State);
        await Assert.ThrowsAsync<StoreStoppedException>(async () => await store.PutAsync("k", "w"));
        await Assert.ThrowsAsync<StoreStoppedException>(async () => await store.GetAsync("k"));
        await Assert.ThrowsAsync<StoreStoppedException>(
            async () => await store.GetAsync("k", new ReadOptions { Consistency = Consistency.Serializable }));
        await Assert.ThrowsAsync<StoreStoppedException>(async () => await maintenance.HashAsync());
        await Assert.ThrowsAsync<StoreStoppedException>(() => next);
    }

    [Fact]
    public async Task A_store_that_stops_right_behind_its_start_never_hangs()
    {
        // The lanes may be told to stop before their threads have looked for work for the first time.
        for (int round = 0; round < 100; round++)
        {
            TestCluster cluster = new(1);
            await cluster.StartAsync(0);
            Task stopping = round % 2 == 0 ? cluster.StopAsync(0) : cluster.KillAsync(0);
            await stopping.WaitAsync(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task A_failed_start_tells_why_and_can_be_disposed()
    {
        TestCluster cluster = new(1, wrapLog: (_, inner) => new UnreadableLogStorage(inner));

        StorageCorruptedException thrown = await Assert.ThrowsAsync<StorageCorruptedException>(
            () => cluster.StartAsync(0));

        Assert.Equal(("log", 42), (thrown.File, thrown.Offset));
        await cluster.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Case", "T23")]
    public async Task The_end_of_a_host_after_a_fault_hides_no_error(bool isStopped)
    {
        FaultInjectingLogStorage? log = null;
        TestCluster cluster = await TestCluster.StartAsync(
            1, wrapLog: (_, inner) => new UnclosableLogStorage(log = new FaultInjectingLogStorage(inner)));
        IKeyValueStore store = cluster.Store(0);
        log!.FailNextWrite();
        await Assert.ThrowsAnyAsync<ConsensusStoreException>(async () => await store.PutAsync("k", "v"));
        await Eventually.HoldsAsync(() => store.Status.State == StoreState.Faulted, "the replica is faulted");

        await (isStopped ? cluster.StopAsync(0) : cluster.KillAsync(0));

        Assert.IsType<ReplicaFaultedException>(store.Status.Fault);
        await cluster.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Case", "T21")]
    public async Task The_only_member_leads_right_after_a_restart(bool writes)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        if (writes)
        {
            await cluster.Store(0).PutAsync("k", "v");
        }

        await cluster.KillAsync(0);

        // From here on an election after a timeout would take longer than the test waits.
        await cluster.StartAsync(0, options =>
        {
            options.ElectionTimeout = TimeSpan.FromMinutes(1);
            options.RequestTimeout = TimeSpan.FromMinutes(2);
        });

        await cluster.Store(0).PutAsync("k", "w").AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    private sealed class UnclosableLogStorage(ILogStorage inner) : DelegatingLogStorage(inner)
    {
        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            throw new StorageException("The last write failed.");
        }
    }

    private sealed class UnreadableLogStorage(ILogStorage inner) : DelegatingLogStorage(inner)
    {
        public override ValueTask<StoredLog> RecoverAsync(CancellationToken cancellationToken = default) =>
            throw new StorageCorruptedException("log", 42, "damaged");
    }
}
