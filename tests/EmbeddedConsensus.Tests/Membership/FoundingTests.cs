namespace EmbeddedConsensus.Tests.Membership;

/// <summary>Members that are started on empty disks with lists that do not fit what the others are.</summary>
public sealed class FoundingTests
{
    [Fact]
    [Trait("Case", "T1")]
    public async Task Founders_that_list_a_member_of_another_cluster_are_refused_and_it_keeps_serving()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await cluster.Store(1).PutAsync("k", "v");

        foreach (ulong id in (ulong[])[2, 3])
        {
            await cluster.StartFounderAsync(id, [1, 2, 3]);
            await cluster.StateIsAsync(id, StoreState.Removed);
            MemberRefusedException refused = Assert.IsType<MemberRefusedException>(cluster.Store(id).Status.Fault);
            Assert.Contains("set JoinAddresses to member-1", refused.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<MemberRefusedException>(async () => await cluster.Store(id).PutAsync("k", "w"));
        }

        await cluster.IsLoggedAsync("set JoinAddresses to member-1");
        Assert.Equal("v", (await cluster.Store(1).GetAsync("k"))?.Value.ToString());
        Assert.Single((await cluster.Manager(1).GetMembershipAsync()).Members);
    }

    [Fact]
    [Trait("Case", "T1")]
    public async Task A_member_that_served_alone_serves_when_it_is_restarted_with_a_longer_list()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await cluster.Store(1).PutAsync("k", "v");
        await cluster.StopAsync(1);

        await cluster.StartFounderAsync(2, [1, 2, 3]);
        await cluster.StartFounderAsync(3, [1, 2, 3]);
        await cluster.StartFounderAsync(1, [1, 2, 3]);

        await cluster.StateIsAsync(2, StoreState.Removed);
        await cluster.StateIsAsync(3, StoreState.Removed);
        Assert.Equal("v", (await cluster.Store(1).GetAsync("k"))?.Value.ToString());
    }

    [Fact]
    [Trait("Case", "T27")]
    public async Task Members_that_are_added_by_editing_the_list_learn_how_to_join()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);

        await cluster.StartFounderAsync(4, [1, 2, 3, 4, 5]);
        await cluster.StateIsAsync(4, StoreState.Removed);
        Assert.Contains("JoinAddresses", cluster.Store(4).Status.Fault!.Message, StringComparison.Ordinal);
        await cluster.StopAsync(3);
        await cluster.StartFounderAsync(3, [1, 2, 3, 4, 5]);

        await cluster.IsLoggedAsync("does not have: 4, 5");
        await cluster.Store(3).PutAsync("k", "v");
    }

    [Fact]
    [Trait("Case", "T4")]
    public async Task A_process_that_runs_a_member_a_second_time_on_an_empty_disk_is_refused_and_names_the_first()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        TwinProcess twin = await cluster.StartTwinAsync(2, "elsewhere", [1, 2, 3]);

        await Eventually.HoldsAsync(() => twin.Store.Status.State == StoreState.Removed, "the twin is refused");

        Assert.Contains("member-2", twin.Store.Status.Fault!.Message, StringComparison.Ordinal);
        await twin.DisposeAsync();
        await cluster.Store(2).PutAsync("k", "v");
        await cluster.AssertEqualAsync(1, 2, 3);
    }

    [Fact]
    [Trait("Case", "T4")]
    public async Task A_process_that_runs_a_member_a_second_time_on_a_copy_of_its_disk_is_refused_and_names_the_first()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        await cluster.StopAsync(2);
        await cluster.StartFounderAsync(2, [1, 2, 3]);
        await cluster.Store(2).WaitForReadyAsync();
        TwinProcess twin =
            await cluster.StartTwinAsync(2, "elsewhere", [1, 2, 3], cluster.Disk(2).Copy());

        await Eventually.HoldsAsync(() => twin.Store.Status.State == StoreState.Removed, "the twin is refused");

        Assert.Contains("member-2", twin.Store.Status.Fault!.Message, StringComparison.Ordinal);
        await twin.DisposeAsync();
        await cluster.Store(2).PutAsync("k", "v");
        await cluster.AssertEqualAsync(1, 2, 3);
    }

    [Fact]
    [Trait("Case", "T1")]
    public async Task No_cluster_is_founded_before_all_founders_were_there_and_the_log_names_those_that_are_missing()
    {
        await using MembershipCluster cluster = new();
        await cluster.StartFounderAsync(1, [1, 2, 3]);
        await cluster.StartFounderAsync(2, [1, 2, 3]);

        await cluster.IsLoggedAsync("member 3 at member-3 does not answer");
        Assert.True(cluster.Store(1).Status.Leader.IsNone);
        await cluster.StartFounderAsync(3, [1, 2, 3]);

        await cluster.Store(1).WaitForReadyAsync();
        await cluster.KillAsync(3);
        await cluster.Store(2).PutAsync("k", "v");
    }

    [Fact]
    [Trait("Case", "T1")]
    public async Task Founders_with_lists_that_differ_found_no_cluster_and_the_log_says_so()
    {
        await using MembershipCluster cluster = new();
        await cluster.StartFounderAsync(1, [1, 2, 3]);
        await cluster.StartFounderAsync(2, [1, 2, 3]);
        await cluster.StartFounderAsync(3, [3, 1, 4]);

        await cluster.IsLoggedAsync("member 3 at member-3 was started with another list of members");
        Assert.True(cluster.Store(1).Status.Leader.IsNone);
        await cluster.StopAsync(3);
        await cluster.StartFounderAsync(3, [1, 2, 3]);

        await cluster.Store(3).WaitForReadyAsync();
    }

    [Fact]
    [Trait("Case", "T1")]
    public async Task A_founder_that_has_agreed_does_not_start_with_another_list()
    {
        await using MembershipCluster cluster = new();
        cluster.WrapTransport = (_, inner) => new MessageLosingTransport(inner);
        foreach (ulong id in (ulong[])[1, 2, 3])
        {
            await cluster.StartFounderAsync(id, [1, 2, 3]);
        }

        await Eventually.HoldsAsync(() => cluster.Store(1).Status.Role == ReplicaRole.PreCandidate, "1 has agreed");
        await cluster.StopAsync(1);
        MemberRefusedException refused = await Assert.ThrowsAsync<MemberRefusedException>(
            () => cluster.StartFounderAsync(1, [1]));

        Assert.Contains("another list of members", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Case", "T1")]
    [Trait("Scenario", "31")]
    public async Task A_member_that_founded_alone_and_lost_its_disk_is_refused_by_those_that_joined()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await cluster.StartJoinerAsync(2, by: 1);
        await cluster.StartJoinerAsync(3, by: 1);
        await cluster.RoleIsAsync(2, 3, MemberRole.Voter);
        await cluster.RoleIsAsync(2, 2, MemberRole.Voter);
        await cluster.Store(2).PutAsync("k", "v");
        await cluster.KillAsync(1);
        await cluster.LeaderAsync(2, 3);
        cluster.LoseDisk(1);

        await cluster.StartFounderAsync(1, [1]);

        await cluster.StateIsAsync(1, StoreState.Removed);
        Assert.IsType<MemberRefusedException>(cluster.Store(1).Status.Fault);
    }

    /// <summary>Two members lose their disks: a majority of those that founded the cluster, and not of its voters now.
    /// </summary>
    [Fact]
    [Trait("Case", "T1")]
    [Trait("Scenario", "31")]
    public async Task A_majority_of_the_founders_that_lost_its_disks_is_refused()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        await cluster.StartJoinerAsync(6, by: 1);
        await cluster.StartJoinerAsync(7, by: 1);
        await cluster.RoleIsAsync(3, 7, MemberRole.Voter);
        await cluster.RoleIsAsync(3, 6, MemberRole.Voter);
        await cluster.Store(3).PutAsync("k", "v");
        foreach (ulong id in (ulong[])[1, 2])
        {
            await cluster.KillAsync(id);
            cluster.LoseDisk(id);
        }

        await cluster.StartFounderAsync(1, [1, 2, 3]);
        await cluster.StartFounderAsync(2, [1, 2, 3]);

        await cluster.StateIsAsync(1, StoreState.Removed);
        await cluster.StateIsAsync(2, StoreState.Removed);
        await cluster.LeaderAsync(3, 6, 7);
        Assert.Equal("v", (await cluster.Store(6).GetAsync("k"))?.Value.ToString());
    }
}
