namespace EmbeddedConsensus.Tests.Membership;

public sealed class RestartTests
{
    [Fact]
    public async Task A_member_that_returns_at_a_new_address_tells_the_cluster_and_is_reached_there()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        ulong mover = await cluster.LeaderAsync();
        await cluster.KillAsync(mover);
        cluster.Addresses[mover] = "elsewhere";
        await cluster.StartAsync(mover);

        await Eventually.HoldsAsync(
            () => cluster.Running.All(id =>
                cluster.Store(id).Status.Membership!.Find(MembershipCluster.Id(mover))!.Address == "elsewhere"),
            "all members know the new address");
        await cluster.Store(mover).PutAsync("k", "v");
        await cluster.AssertEqualAsync(1, 2, 3);
    }

    [Fact]
    public async Task A_cluster_all_of_whose_members_have_moved_finds_together_by_its_lists()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        await cluster.Store(1).PutAsync("k", "v");
        foreach (ulong id in (ulong[])[1, 2, 3])
        {
            await cluster.KillAsync(id);
            cluster.Addresses[id] = $"new-place-of-{id}";
        }

        foreach (ulong id in (ulong[])[1, 2, 3])
        {
            await cluster.StartFounderAsync(id, [1, 2, 3]);
        }

        Assert.Equal("v", (await cluster.Store(2).GetAsync("k"))?.Value.ToString());
        await Eventually.HoldsAsync(
            () => cluster.Store(1).Status.Membership!.Members.All(
                member => member.Address == cluster.AddressOf(member.Id.Value)),
            "the membership has the new addresses");
    }

    [Fact]
    [Trait("Scenario", "28")]
    public async Task A_member_that_restarts_goes_by_the_membership_on_its_disk()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await cluster.StartJoinerAsync(2, by: 1);
        await cluster.RoleIsAsync(2, 2, MemberRole.Voter);
        await cluster.KillAsync(1);
        await cluster.KillAsync(2);

        // The options are those of the first start, or none at all, or name others: the disk counts.
        await cluster.StartFounderAsync(1, [1], options =>
        {
            foreach (ulong id in (ulong[])[1, 7, 8])
            {
                options.Members.Add(new MemberOptions { Id = id, Address = cluster.AddressOf(id) });
            }
        });
        await cluster.StartAsync(2, options => options.AdvertisedAddress = null);

        await cluster.IsLoggedAsync("goes by the membership on its disk");
        await cluster.Store(2).PutAsync("k", "v");
        Assert.Equal([1UL, 2], cluster.Store(1).Status.Voters.Select(voter => voter.Value));
        Assert.Equal(cluster.AddressOf(2), (await cluster.Manager(1).GetMembershipAsync())
            .Find(MembershipCluster.Id(2))!.Address);
    }

    [Fact]
    [Trait("Scenario", "28")]
    public async Task The_membership_survives_a_snapshot_that_replaced_its_entries()
    {
        await using MembershipCluster cluster = new();
        static void Small(ConsensusStoreOptions options)
        {
            options.SnapshotThresholdBytes = 1 << 20;
            options.RetainedLogBytes = 0;
        }

        await cluster.StartFounderAsync(1, [1], Small);
        await cluster.Store(1).WaitForReadyAsync();
        await cluster.StartJoinerAsync(2, by: 1, Small);
        await cluster.RoleIsAsync(1, 2, MemberRole.Voter);
        byte[] value = new byte[1 << 20];
        for (int round = 0; cluster.Store(1).Status.SnapshotIndex < cluster.Store(1).Status.ConfigurationIndex; round++)
        {
            await cluster.Store(1).PutAsync("k", value);
            Assert.True(round < 1_000, "No snapshot came behind the membership.");
        }

        await cluster.StartJoinerAsync(3, by: 2, Small);
        await cluster.RoleIsAsync(3, 3, MemberRole.Voter);
        foreach (ulong id in (ulong[])[1, 2, 3])
        {
            await cluster.KillAsync(id);
        }

        foreach (ulong id in (ulong[])[1, 2, 3])
        {
            await cluster.StartAsync(id, Small);
        }

        await cluster.Store(3).PutAsync("k", "v");
        Assert.Equal(3, cluster.Store(2).Status.Voters.Count);
        await cluster.AssertEqualAsync(1, 2, 3);
    }

    [Fact]
    public async Task A_disk_of_a_cluster_of_another_name_is_refused()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await cluster.Store(1).PutAsync("k", "v");
        await cluster.KillAsync(1);

        MemberRefusedException wrongName = await Assert.ThrowsAsync<MemberRefusedException>(
            () => cluster.StartAsync(1, options => options.ClusterName = "another"));
        Assert.Contains("'another'", wrongName.Message, StringComparison.Ordinal);

        await cluster.StartAsync(1);
        Assert.Equal("v", (await cluster.Store(1).GetAsync("k"))?.Value.ToString());
    }

    // 2 is a member as well, and would go by what 1 voted for; 5 never was one.
    [Theory]
    [InlineData(2UL)]
    [InlineData(5UL)]
    [Trait("Scenario", "1")]
    public async Task The_disk_of_another_member_is_refused_and_left_as_it_is(ulong other)
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        await cluster.Store(1).PutAsync("k", "v");
        await cluster.KillAsync(2);
        await cluster.KillAsync(1);

        MemberRefusedException refused = await Assert.ThrowsAsync<MemberRefusedException>(
            () => cluster.StartAsync(1, options => options.MemberId = other));
        Assert.Contains(
            $"Member {other} was started on the disk of member 1", refused.Message, StringComparison.Ordinal);

        await cluster.StartAsync(1);
        await cluster.StartAsync(2);
        Assert.Equal("v", (await cluster.Store(1).GetAsync("k"))?.Value.ToString());
    }
}
