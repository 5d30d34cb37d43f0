using EmbeddedConsensus.Testing;

namespace EmbeddedConsensus.Tests.Replica;

public sealed class LeadershipTransferTests
{
    [Fact]
    [Trait("Scenario", "20")]
    public async Task A_transfer_that_ends_with_another_leader_than_the_one_asked_for_fails_and_names_it()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(5, options =>
            options.ConfigureStore = store => store.LeadershipTransferTimeout = TimeSpan.FromMinutes(30));
        TestClusterMember old = cluster.Leader;
        TestClusterMember target = cluster.AnyFollower;
        cluster.Isolate(target);
        Task transfer = old.Maintenance.TransferLeadershipAsync(target.Id).AsTask();
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.False(transfer.IsCompleted);

        cluster.Isolate(old);
        TestClusterMember next = await cluster.WaitForLeaderAsync();
        cluster.Heal();

        LeadershipTransferException failed = await Assert.ThrowsAsync<LeadershipTransferException>(
            () => cluster.RunUntilAsync(transfer));
        Assert.NotSame(target, next);
        Assert.Contains($"member {next.Id} leads", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Scenario", "20")]
    public async Task A_transfer_that_meets_the_end_of_the_store_says_so_at_once()
    {
        TestCluster cluster = await TestCluster.StartAsync(
            3, options => options.LeadershipTransferTimeout = TimeSpan.FromMinutes(30));
        int leader = await cluster.LeaderAsync();
        int target = cluster.Running.First(i => i != leader);
        foreach (int other in cluster.Running.Where(i => i != target))
        {
            cluster.Network.Cut(TestCluster.IdOf(target), TestCluster.IdOf(other));
        }

        Task transfer = cluster.Maintenance(leader).TransferLeadershipAsync(TestCluster.IdOf(target)).AsTask();
        await cluster.KillAsync(leader);

        await Assert.ThrowsAsync<StoreStoppedException>(() => transfer.WaitAsync(TimeSpan.FromMinutes(1)));
        await cluster.DisposeAsync();
    }
}
