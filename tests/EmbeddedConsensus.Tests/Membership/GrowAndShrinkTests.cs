namespace EmbeddedConsensus.Tests.Membership;

public sealed class GrowAndShrinkTests
{
    [Fact]
    [Trait("Scenario", "32")]
    public async Task A_cluster_of_one_grows_to_five_and_shrinks_to_one_and_no_write_fails_or_happens_twice()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await using CountedWriters writers = new();
        writers.Start("one", cluster.Store(1));
        writers.Start("another", cluster.Store(1));
        await writers.ProgressAsync(cluster.Store(1));

        for (ulong id = 2; id <= 5; id++)
        {
            await cluster.StartJoinerAsync(id, by: id - 1);
            await cluster.RoleIsAsync(1, id, MemberRole.Voter);
            await cluster.Store(id).WaitForReadyAsync();
            writers.Start($"joiner {id}", cluster.Store(id));
            await writers.ProgressAsync(cluster.Store(id));
        }

        Assert.Equal(5, cluster.Store(1).Status.Voters.Count);
        await writers.AssertExactlyOnceAsync(cluster.Store(3));
        await using CountedWriters survivors = new();
        survivors.Start("survivor", cluster.Store(1));
        for (ulong id = 5; id >= 2; id--)
        {
            ClusterMembership left = await cluster.Manager(1).RemoveMemberAsync(MembershipCluster.Id(id));
            Assert.Null(left.Find(MembershipCluster.Id(id)));
            await cluster.StateIsAsync(id, StoreState.Removed);
            await survivors.ProgressAsync(cluster.Store(1));
        }

        await survivors.AssertExactlyOnceAsync(cluster.Store(1));
        Assert.Equal([MembershipCluster.Id(1)], cluster.Store(1).Status.Voters);
    }

    [Fact]
    public async Task Any_set_of_voters_follows_any_other_in_one_step()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        await using CountedWriters writers = new();
        writers.Start("writer", cluster.Store(3));
        foreach (ulong id in (ulong[])[4, 5])
        {
            await cluster.StartJoinerAsync(id, by: 1, options => options.JoinAsLearner = true);
            await cluster.RoleIsAsync(3, id, MemberRole.Learner);
        }

        ClusterMembership moved = await cluster.Manager(4)
            .ChangeMembersAsync([cluster.PeerOf(3), cluster.PeerOf(4), cluster.PeerOf(5)]);

        Assert.Equal([3UL, 4, 5], moved.Members.Select(member => member.Id.Value));
        Assert.All(moved.Members, member => Assert.Equal(MemberRole.Voter, member.Role));
        await cluster.StateIsAsync(1, StoreState.Removed);
        await cluster.StateIsAsync(2, StoreState.Removed);
        await writers.ProgressAsync(cluster.Store(5));
        await writers.AssertExactlyOnceAsync(cluster.Store(4));
        await cluster.AssertEqualAsync(3, 4, 5);
    }

    [Fact]
    [Trait("Scenario", "30")]
    public async Task A_member_that_is_added_before_it_runs_votes_only_when_it_has_caught_up()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await cluster.Store(1).PutAsync("before", "1");
        Task<ClusterMembership> adding = cluster.Manager(1).AddMemberAsync(cluster.PeerOf(2)).AsTask();
        await cluster.RoleIsAsync(1, 2, MemberRole.Incoming);

        // The member does not run, and the only voter continues alone.
        await cluster.Store(1).PutAsync("meanwhile", "2");
        Assert.False(adding.IsCompleted);
        Assert.True((await cluster.Manager(1).GetMembershipAsync()).IsChanging);

        await cluster.StartJoinerAsync(2, by: 1);
        ClusterMembership added = await adding.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(MemberRole.Voter, added.Find(MembershipCluster.Id(2))!.Role);
        Assert.False(added.IsChanging);
        Assert.Equal("2", (await cluster.Store(2).GetAsync("meanwhile"))?.Value.ToString());
        await cluster.AssertEqualAsync(1, 2);
    }

    [Fact]
    [Trait("Scenario", "32")]
    public async Task Adding_with_one_member_down_succeeds_and_a_cluster_of_two_shrinks_to_one()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        await cluster.KillAsync(3);
        ClusterMembership replaced = await AddAsync(cluster, 4);
        Assert.Equal(4, replaced.Members.Count);
        await cluster.Manager(4).RemoveMemberAsync(MembershipCluster.Id(3));
        await cluster.Manager(1).RemoveMemberAsync(MembershipCluster.Id(4));
        await cluster.Manager(1).RemoveMemberAsync(MembershipCluster.Id(2));
        await cluster.Store(1).PutAsync("alone", "1");
        Assert.Equal([MembershipCluster.Id(1)], cluster.Store(1).Status.Voters);
    }

    private static async Task<ClusterMembership> AddAsync(MembershipCluster cluster, ulong id)
    {
        await cluster.StartJoinerAsync(id, by: 1);
        return await cluster.Manager(2).AddMemberAsync(cluster.PeerOf(id));
    }
}
