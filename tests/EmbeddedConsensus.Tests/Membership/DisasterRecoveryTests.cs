using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Storage;

namespace EmbeddedConsensus.Tests.Membership;

public sealed class DisasterRecoveryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Scenario", "32")]
    public async Task A_survivor_becomes_a_cluster_of_its_own_with_all_that_it_held(bool behindSnapshot)
    {
        await using MembershipCluster cluster = new();
        foreach (ulong id in (ulong[])[1, 2, 3])
        {
            await cluster.StartFounderAsync(id, [1, 2, 3], options => options.SnapshotLogBytes = 1 << 20);
        }

        await cluster.Store(2).WaitForReadyAsync();
        await cluster.StartJoinerAsync(4, by: 1, options => options.JoinAsLearner = true);
        await cluster.RoleIsAsync(2, 4, MemberRole.Learner);
        await cluster.Store(2).PutAsync("k", "v");
        while (behindSnapshot && cluster.Store(2).Status.SnapshotIndex == 0)
        {
            await cluster.Store(2).PutAsync("large", new byte[1 << 20]);
        }

        long revision = cluster.Store(2).Status.Revision;
        ulong oldId = (await cluster.Manager(2).GetMembershipAsync()).ClusterId;
        await Assert.ThrowsAsync<StorageInUseException>(() => ForceAsync(cluster, 2));
        foreach (ulong id in (ulong[])[1, 2, 3, 4])
        {
            await cluster.KillAsync(id);
        }

        NewClusterResult forced = await ForceAsync(cluster, 2);

        Assert.True(forced.IsForced);
        Assert.Equal([1UL, 3, 4], forced.DroppedMembers.Select(member => member.Value));
        Assert.True(forced.Revision >= revision);
        Assert.True(forced.LastIndex >= forced.CommitIndex);
        Assert.NotEqual(oldId, forced.ClusterId);
        NewClusterResult again = await ForceAsync(cluster, 2);
        Assert.False(again.IsForced);
        Assert.Equal((forced.ClusterId, forced.Revision), (again.ClusterId, again.Revision));

        await cluster.StartFounderAsync(2, [1, 2, 3]);
        await cluster.Store(2).WaitForReadyAsync();
        Assert.Equal("v", (await cluster.Store(2).GetAsync("k"))?.Value.ToString());
        await cluster.Store(2).PutAsync("k", "w");
        ClusterMembership membership = await cluster.Manager(2).GetMembershipAsync();
        Assert.Equal((forced.ClusterId, 1), (membership.ClusterId, membership.Members.Count));
        await cluster.StartJoinerAsync(5, by: 2);
        await cluster.RoleIsAsync(2, 5, MemberRole.Voter);
        await cluster.AssertEqualAsync(2, 5);
    }

    [Fact]
    [Trait("Scenario", "12")]
    [Trait("Scenario", "32")]
    public async Task An_old_member_that_comes_back_has_no_part_in_the_new_cluster()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        await cluster.Store(1).PutAsync("k", "v");
        foreach (ulong id in (ulong[])[1, 2, 3])
        {
            await cluster.KillAsync(id);
        }

        NewClusterResult forced = await ForceAsync(cluster, 1);
        await cluster.StartAsync(1);
        await cluster.Store(1).WaitForReadyAsync();
        ulong term = cluster.Store(1).Status.Term;
        await cluster.StartAsync(3);

        // It asks the new cluster about itself as soon as it hears of no leader, and is told that it is another one.
        await cluster.Store(1).PutAsync("k", "w");
        await cluster.IsLoggedAsync("another one of the same name");
        Assert.Equal(term, cluster.Store(1).Status.Term);
        ClusterMembership membership = await cluster.Manager(1).GetMembershipAsync();
        Assert.Equal((forced.ClusterId, 1), (membership.ClusterId, membership.Members.Count));
        Assert.True(cluster.Store(3).Status.Leader.IsNone);

        // Under a new id, and with an empty disk, the machine is welcome.
        await cluster.KillAsync(3);
        await cluster.StartJoinerAsync(4, by: 1);
        await cluster.RoleIsAsync(1, 4, MemberRole.Voter);
        Assert.Equal("w", (await cluster.Store(4).GetAsync("k"))?.Value.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Scenario", "35")]
    public async Task A_crash_in_the_middle_leaves_the_old_cluster_or_the_new_one(bool isPublished)
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await cluster.StartJoinerAsync(2, by: 1);
        await cluster.RoleIsAsync(2, 2, MemberRole.Voter);
        await cluster.Store(2).PutAsync("k", "v");
        await cluster.KillAsync(1);
        await cluster.KillAsync(2);
        InMemoryDisk data = cluster.Disk(2);
        FaultInjectingSnapshotStorage snapshots = new(OpenSnapshots(data));
        FaultInjectingLogStorage log = new(new InMemoryLogStorage(data));
        if (isPublished)
        {
            log.FailNextWrite();
        }
        else
        {
            snapshots.FailNext(SnapshotStep.Publish);
        }

        await Assert.ThrowsAsync<StorageException>(() => DisasterRecovery.ForceNewClusterAsync(
            new ReplicaStorage(log, snapshots), MembershipCluster.Id(2)));

        NewClusterResult again = await ForceAsync(cluster, 2);

        Assert.Equal(!isPublished, again.IsForced);
        await cluster.StartAsync(2);
        Assert.Equal("v", (await cluster.Store(2).GetAsync("k"))?.Value.ToString());
        Assert.Single((await cluster.Manager(2).GetMembershipAsync()).Members);
    }

    [Fact]
    public async Task A_learner_may_be_the_survivor()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await cluster.StartJoinerAsync(2, by: 1, options => options.JoinAsLearner = true);
        await cluster.RoleIsAsync(2, 2, MemberRole.Learner);
        await cluster.Store(2).PutAsync("k", "v");
        await cluster.KillAsync(1);
        await cluster.KillAsync(2);
        NewClusterResult forced = await ForceAsync(cluster, 2);
        Assert.Equal([1UL], forced.DroppedMembers.Select(member => member.Value));
        await cluster.StartAsync(2);
        Assert.Equal("v", (await cluster.Store(2).GetAsync("k"))?.Value.ToString());
    }

    [Fact]
    public async Task Data_of_nobody_or_of_somebody_else_is_refused_and_left_alone()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await cluster.KillAsync(1);
        Assert.Equal(
            "survivor",
            (await Assert.ThrowsAsync<InvalidRequestException>(() => ForceAsync(cluster, 1, survivor: 9))).ParamName);
        Assert.Equal(
            "storage", (await Assert.ThrowsAsync<InvalidRequestException>(() => ForceAsync(cluster, 2))).ParamName);
        await cluster.StartAsync(1);
        await cluster.Store(1).WaitForReadyAsync();
    }

    [Fact]
    [Trait("Scenario", "32")]
    public async Task The_data_of_one_member_is_not_forced_into_a_cluster_of_another_one()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        foreach (ulong id in (ulong[])[1, 2, 3])
        {
            await cluster.KillAsync(id);
        }

        InvalidRequestException refused =
            await Assert.ThrowsAsync<InvalidRequestException>(() => ForceAsync(cluster, 1, survivor: 2));
        Assert.Equal("survivor", refused.ParamName);
        Assert.Contains("that of member 1", refused.Message, StringComparison.Ordinal);
        Assert.True((await ForceAsync(cluster, 1)).IsForced);
    }

    [Fact]
    [Trait("Scenario", "31")]
    public async Task A_new_cluster_remembers_which_ids_the_old_one_used()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(2, 5, 6);
        foreach (ulong id in (ulong[])[2, 5, 6])
        {
            await cluster.KillAsync(id);
        }

        await ForceAsync(cluster, 5);
        await cluster.StartAsync(5);
        await cluster.Store(5).WaitForReadyAsync();

        MembershipChangeRefusedException refused = await Assert.ThrowsAsync<MembershipChangeRefusedException>(
            async () => await cluster.Manager(5).AddMemberAsync(cluster.PeerOf(2)));
        Assert.Equal(MembershipRefusal.MemberIdUsed, refused.Reason);
        await cluster.StartJoinerAsync(3, by: 5);
        await cluster.RoleIsAsync(5, 3, MemberRole.Voter);
    }

    private static Task<NewClusterResult> ForceAsync(MembershipCluster cluster, ulong disk, ulong? survivor = null)
    {
        InMemoryDisk data = cluster.Disk(disk);
        return DisasterRecovery.ForceNewClusterAsync(
            new ReplicaStorage(new InMemoryLogStorage(data), OpenSnapshots(data)), new MemberId(survivor ?? disk));
    }

    private static InMemorySnapshotStorage OpenSnapshots(InMemoryDisk disk) => new(disk);
}
