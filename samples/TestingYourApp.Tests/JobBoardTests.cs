using EmbeddedConsensus.Testing;

namespace EmbeddedConsensus.Samples.TestingYourApp.Tests;

/// <summary>The app's guarantees under the faults of a cluster. No test waits for real time.</summary>
public sealed class JobBoardTests
{
    [Fact]
    public async Task A_job_is_claimed_by_one_worker_only()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        JobBoard[] boards = [.. cluster.Members.Select(member => new JobBoard(member.Store, cluster.Time))];
        await boards[0].PostAsync("nightly", "report");

        bool[] claimed = await cluster.RunUntilAsync(
            () => Task.WhenAll(boards.Select((board, i) => board.TryClaimAsync("nightly", $"worker-{i}"))));

        Assert.Single(claimed, won => won);
        Assert.False(await boards[0].PostAsync("nightly", "again"));
    }

    [Fact]
    public async Task A_claim_survives_when_its_leader_is_deposed()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        JobBoard board = new(cluster.AnyFollower.Store, cluster.Time);
        await board.PostAsync("nightly", "report");

        // Nothing becomes durable, so the claim is in flight while the cluster changes its leader.
        foreach (TestClusterMember member in cluster.Members)
        {
            member.Disk.WriteDelay = TimeSpan.FromMilliseconds(20);
        }

        Task<bool> claim = cluster.Run(() => board.ClaimAsync("nightly", "worker-1"));
        await cluster.DeposeLeaderAsync();

        Assert.True(await cluster.RunUntilAsync(claim));
        Assert.Equal("worker-1", await cluster.RunUntilAsync(board.OwnerAsync("nightly")));
        await cluster.AssertReplicasAgreeAsync();
    }

    [Fact]
    public async Task A_worker_that_is_cut_off_claims_no_job_until_it_is_back()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        JobBoard cutOff = new(cluster.Members[0].Store, cluster.Time);
        JobBoard connected = new(cluster.Members[1].Store, cluster.Time);
        await connected.PostAsync("nightly", "report");
        cluster.Partition([0], [1, 2]);

        Task<bool> late = cluster.Run(() => cutOff.ClaimAsync("nightly", "late"));
        await cluster.WaitForLeaderAsync();
        Assert.True(await cluster.RunUntilAsync(connected.ClaimAsync("nightly", "early")));
        await cluster.AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.False(late.IsCompleted);

        cluster.Heal();
        Assert.False(await cluster.RunUntilAsync(late));
        Assert.Equal("early", await cutOff.OwnerAsync("nightly"));
    }

    [Fact]
    public async Task A_claim_without_a_majority_times_out()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        JobBoard board = new(cluster.Members[0].Store, cluster.Time);
        await board.PostAsync("nightly", "report");
        await cluster.Members[1].CrashAsync();
        await cluster.Members[2].CrashAsync();

        Exception? failure = await Record.ExceptionAsync(
            () => cluster.RunUntilAsync(() => board.TryClaimAsync("nightly", "worker-1")));

        Assert.True(failure is QuorumUnavailableException or OutcomeUnknownException, $"{failure}");
    }

    [Fact]
    public async Task Every_posted_job_is_followed_once_and_in_order_while_members_crash()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(5);
        TestClusterMember follower = cluster.AnyFollower;
        JobBoard board = new(follower.Store, cluster.Time);
        List<string> followed = [];
        using CancellationTokenSource stop = new();
        Task following = cluster.Run(() => FollowAsync(board, followed, stop.Token));

        for (int i = 0; i < 10; i++)
        {
            TestClusterMember victim = i % 2 == 0 && cluster.Leader != follower
                ? cluster.Leader
                : cluster.Members.First(member => member != follower);
            await victim.CrashAsync();
            await cluster.WaitForLeaderAsync();
            Assert.True(await cluster.RunUntilAsync(board.PostAsync($"job-{i}", "work")));
            await victim.RestartAsync();
        }

        await cluster.RunUntilAsync(() => followed.Count == 10);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"job-{i}"), followed);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
        await cluster.AssertReplicasAgreeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_job_is_claimed_twice_on_a_bad_network_with_a_paused_process(ulong seed)
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3, o => o.Seed = seed);
        JobBoard[] boards = [.. cluster.Members.Select(member => new JobBoard(member.Store, cluster.Time))];
        cluster.SetLinks(new LinkConditions
        {
            Latency = TimeSpan.FromMilliseconds(5),
            Jitter = TimeSpan.FromMilliseconds(40),
            LossProbability = 0.1,
        });
        await cluster.RunUntilAsync(boards[0].PostAsync("nightly", "report"));

        TestClusterMember paused = cluster.Leader;
        paused.Pause();
        Task<bool[]> claims = cluster.Run(
            () => Task.WhenAll(boards.Select((board, i) => board.ClaimAsync("nightly", $"worker-{i}"))));
        await cluster.WaitForLeaderAsync();
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(30));
        paused.Resume();

        Assert.Single(await cluster.RunUntilAsync(claims), won => won);
    }

    private static async Task FollowAsync(JobBoard board, List<string> followed, CancellationToken stop)
    {
        await foreach (string job in board.FollowAsync(stop))
        {
            followed.Add(job);
        }
    }
}
