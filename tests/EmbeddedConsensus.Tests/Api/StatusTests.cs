using EmbeddedConsensus.Tests.Replica;

namespace EmbeddedConsensus.Tests.Api;

public sealed class StatusTests
{
    [Fact]
    public async Task The_status_is_followed_to_the_next_leader_and_to_the_end()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        int leader = await cluster.LeaderAsync();
        List<StoreStatus> seen = [];
        Task follows = Task.Run(async () =>
        {
            await foreach (StoreStatus status in cluster.Maintenance(leader).WatchStatusAsync())
            {
                lock (seen)
                {
                    seen.Add(status);
                }
            }
        });
        await SeesAsync(status => status.IsLeader);

        int next = (leader + 1) % 3;
        await cluster.Maintenance(leader).TransferLeadershipAsync(TestCluster.IdOf(next));
        await SeesAsync(status => status.Leader == TestCluster.IdOf(next));
        await cluster.KillAsync(leader);
        await follows.WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(StoreState.Stopped, seen[^1].State);

        Task SeesAsync(Func<StoreStatus, bool> condition) => Eventually.HoldsAsync(
            () =>
            {
                lock (seen)
                {
                    return seen.Any(condition);
                }
            },
            "the status is seen");
    }

    [Fact]
    public async Task A_leadership_token_fires_when_another_member_leads_and_is_fired_where_none_leads()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        int leader = await cluster.LeaderAsync();
        int next = (leader + 1) % 3;
        await Eventually.HoldsAsync(
            () => !cluster.Maintenance(leader).GetLeadershipToken().IsCancellationRequested, "the leader has a token");

        CancellationToken token = cluster.Maintenance(leader).GetLeadershipToken();
        CancellationToken same = cluster.Maintenance(leader).GetLeadershipToken();
        Assert.Equal(token, same);
        Assert.True(cluster.Maintenance(next).GetLeadershipToken().IsCancellationRequested);

        await cluster.Maintenance(leader).TransferLeadershipAsync(TestCluster.IdOf(next));

        await Eventually.HoldsAsync(() => token.IsCancellationRequested, "the token fires");
        Assert.True(cluster.Maintenance(leader).GetLeadershipToken().IsCancellationRequested);
    }

    [Fact]
    public async Task A_leadership_token_fires_when_the_leader_is_closed()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await Eventually.HoldsAsync(
            () => !cluster.Maintenance(0).GetLeadershipToken().IsCancellationRequested, "the leader has a token");
        CancellationToken token = cluster.Maintenance(0).GetLeadershipToken();

        await cluster.KillAsync(0);

        Assert.True(token.IsCancellationRequested);
    }
}
