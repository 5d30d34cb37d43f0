namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>What tests/EmbeddedConsensus.Tests checks of the membership in memory, once over real disks and
/// sockets.</summary>
public sealed class MembershipOnDiskTests
{
    [Fact]
    [Trait("Scenario", "28")]
    public async Task A_cluster_grows_replaces_a_member_and_finds_one_that_moved()
    {
        await using MemberOnDisk one = new(1);
        await using MemberOnDisk two = new(2);
        await using MemberOnDisk three = new(3);
        await using MemberOnDisk four = new(4);
        await one.StartAsync();
        await one.Store.PutAsync("k", "1");
        await two.StartAsync(one);
        await one.RoleIsAsync(two, MemberRole.Voter);
        await three.StartAsync(two);
        await one.RoleIsAsync(three, MemberRole.Voter);
        Assert.Equal("1", (await three.Store.GetAsync("k"))?.Value.ToString());

        await three.KillAsync();
        Task<ClusterMembership> replacing =
            one.Manager.ReplaceMemberAsync(three.Id, new MemberEndpoint(four.Id, four.Address)).AsTask();
        await one.RoleIsAsync(four, MemberRole.Incoming);
        await four.StartAsync(two);
        ClusterMembership replaced = await replacing.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal([1UL, 2, 4], replaced.Members.Select(member => member.Id.Value));
        await four.Store.PutAsync("k", "2");

        // All stop; one comes back elsewhere. The membership is on their disks.
        await one.KillAsync();
        await two.KillAsync();
        await four.KillAsync();
        two.Move();
        await one.StartAsync();
        await two.StartAsync();
        await four.StartAsync();
        Assert.Equal("2", (await one.Store.GetAsync("k"))?.Value.ToString());
        await two.Store.PutAsync("k", "3");
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        while ((await one.Manager.GetMembershipAsync(cancellationToken: deadline.Token)).Find(two.Id)!.Address
            != two.Address)
        {
            Assert.False(deadline.IsCancellationRequested, "The cluster did not learn the new address.");
        }

        Assert.Equal("3", (await four.Store.GetAsync("k"))?.Value.ToString());
    }

    [Fact]
    [Trait("Scenario", "1")]
    public async Task A_member_does_not_start_on_the_folder_of_another_one()
    {
        await using MemberOnDisk one = new(1);
        await using MemberOnDisk two = new(2);
        await one.StartAsync();
        await two.StartAsync(one);
        await one.RoleIsAsync(two, MemberRole.Voter);
        await two.Store.PutAsync("k", "v");
        await two.KillAsync();
        await one.KillAsync();

        two.TakeFolderOf(one);
        MemberRefusedException refused = await Assert.ThrowsAsync<MemberRefusedException>(() => two.StartAsync(one));
        Assert.Contains("Member 2 was started on the disk of member 1", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidRequestException>(
            () => DisasterRecovery.ForceNewClusterAsync(two.OpenStorage(), two.Id));
        Assert.True((await DisasterRecovery.ForceNewClusterAsync(one.OpenStorage(), one.Id)).IsForced);

        // A forced cluster is still that member's, also when its log was dropped.
        await Assert.ThrowsAsync<MemberRefusedException>(() => two.StartAsync(one));
        await one.StartAsync();
        Assert.Equal("v", (await one.Store.GetAsync("k"))?.Value.ToString());
    }

    [Fact]
    [Trait("Scenario", "32")]
    public async Task A_new_cluster_is_forced_from_one_survivor_with_a_learner_beside_it()
    {
        await using MemberOnDisk one = new(1);
        await using MemberOnDisk two = new(2);
        await using MemberOnDisk learner = new(3);
        await one.StartAsync();
        await two.StartAsync(one);
        await one.RoleIsAsync(two, MemberRole.Voter);
        await one.Manager.AddMemberAsync(new MemberEndpoint(learner.Id, learner.Address), MemberRole.Learner);
        await two.Store.PutAsync("k", "v");
        await one.KillAsync();

        // The survivor runs, alone and without a majority: its folder is locked.
        Assert.Throws<StorageInUseException>(two.OpenStorage);
        await two.KillAsync();
        NewClusterResult forced = await DisasterRecovery.ForceNewClusterAsync(two.OpenStorage(), two.Id);
        NewClusterResult again = await DisasterRecovery.ForceNewClusterAsync(two.OpenStorage(), two.Id);

        Assert.True(forced.IsForced);
        Assert.Equal([1UL, 3], forced.DroppedMembers.Select(member => member.Value));
        Assert.Equal((false, forced.ClusterId, forced.Revision), (again.IsForced, again.ClusterId, again.Revision));
        await two.StartAsync();
        Assert.Equal("v", (await two.Store.GetAsync("k"))?.Value.ToString());
        Assert.Equal(forced.ClusterId, (await two.Manager.GetMembershipAsync()).ClusterId);
        await using MemberOnDisk four = new(4);
        await four.StartAsync(two);
        await two.RoleIsAsync(four, MemberRole.Voter);
        await four.Store.PutAsync("k", "w");
        Assert.Equal("w", (await two.Store.GetAsync("k"))?.Value.ToString());
    }
}
