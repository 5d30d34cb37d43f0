namespace EmbeddedConsensus.Tests.Membership;

public sealed class ChangeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_new_member_takes_the_place_of_a_dead_one_in_one_step()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        await using CountedWriters writers = new();
        writers.Start("writer", cluster.Store(1));
        await cluster.KillAsync(3);
        Task<ClusterMembership> replacing =
            cluster.Manager(2).ReplaceMemberAsync(MembershipCluster.Id(3), cluster.PeerOf(4)).AsTask();
        await cluster.RoleIsAsync(1, 4, MemberRole.Incoming);
        Assert.Equal(MemberRole.Voter, cluster.Store(1).Status.Membership!.Find(MembershipCluster.Id(3))!.Role);

        await cluster.StartJoinerAsync(4, by: 1, options => options.JoinAsLearner = true);
        ClusterMembership replaced = await replacing.WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal([1UL, 2, 4], replaced.Members.Select(member => member.Id.Value));
        Assert.All(replaced.Members, member => Assert.Equal(MemberRole.Voter, member.Role));
        await writers.ProgressAsync(cluster.Store(4));
        await writers.AssertExactlyOnceAsync(cluster.Store(2));
        await cluster.AssertEqualAsync(1, 2, 4);
    }

    [Fact]
    [Trait("Scenario", "32")]
    public async Task A_change_whose_answers_get_lost_may_have_been_done_and_says_so()
    {
        await using MembershipCluster cluster = new();
        await StartThreeAsync(cluster);
        ulong leader = await LeaderAsync(cluster);
        ulong asker = cluster.Running.First(id => id != leader);
        await cluster.KillAsync(asker);
        cluster.WrapTransport = static (_, transport) => new AnswerLosingTransport(transport);
        await cluster.StartFounderAsync(asker, [1, 2, 3], static options => options.RequestTimeout = Patience);
        await cluster.Store(asker).WaitForReadyAsync();

        await Assert.ThrowsAsync<OutcomeUnknownException>(
            async () => await cluster.Manager(asker).AddMemberAsync(cluster.PeerOf(4), MemberRole.Learner));

        await cluster.RoleIsAsync(leader, 4, MemberRole.Learner);
    }

    [Fact]
    [Trait("Scenario", "32")]
    public async Task A_change_that_reached_no_member_was_not_done_and_says_so()
    {
        await using MembershipCluster cluster = new();
        await StartThreeAsync(cluster);
        await cluster.KillAsync(2);
        await cluster.KillAsync(3);
        await Eventually.HoldsAsync(() => cluster.Store(1).Status.Leader.IsNone, "the survivor leads no more");

        await Assert.ThrowsAsync<QuorumUnavailableException>(
            async () => await cluster.Manager(1).AddMemberAsync(cluster.PeerOf(4), MemberRole.Learner));
    }

    [Fact]
    [Trait("Scenario", "30")]
    public async Task A_learner_is_promoted_by_hand_and_a_voter_demoted()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await cluster.Store(1).PutAsync("k", "1");
        await cluster.StartJoinerAsync(2, by: 1, options => options.JoinAsLearner = true);
        await cluster.RoleIsAsync(2, 2, MemberRole.Learner);
        Assert.Equal("1", (await cluster.Store(2).GetAsync("k"))?.Value.ToString());
        Assert.Equal(ReplicaRole.Learner, cluster.Store(2).Status.Role);
        Assert.Equal([MembershipCluster.Id(1)], cluster.Store(2).Status.Voters);

        // An update of a learner's address does not promote it (etcd #15096).
        ClusterMembership updated = await cluster.Manager(1).UpdateMemberAsync(cluster.PeerOf(2));
        Assert.Equal(MemberRole.Learner, updated.Find(MembershipCluster.Id(2))!.Role);

        ClusterMembership promoted = await PromoteAsync(cluster, by: 2, 2);
        Assert.Equal(MemberRole.Voter, promoted.Find(MembershipCluster.Id(2))!.Role);
        Assert.True(promoted.Find(MembershipCluster.Id(2))!.HasStarted);
        ClusterMembership demoted = await cluster.Manager(2).DemoteMemberAsync(MembershipCluster.Id(1));
        Assert.Equal(MemberRole.Learner, demoted.Find(MembershipCluster.Id(1))!.Role);
        await Eventually.HoldsAsync(
            () => cluster.Store(1).Status.Leader == MembershipCluster.Id(2), "the leader without a vote has handed "
                + "over");
        await cluster.Store(1).PutAsync("k", "2");
        Assert.Equal("2", (await cluster.Store(2).GetAsync("k"))?.Value.ToString());
    }

    [Fact]
    [Trait("Scenario", "31")]
    public async Task A_removed_leader_hands_over_stops_and_says_so_also_when_it_comes_back()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        ulong leader = await cluster.LeaderAsync();
        ulong[] rest = [.. cluster.Running.Where(id => id != leader)];
        await using CountedWriters writers = new();
        writers.Start("writer", cluster.Store(rest[0]));
        IKeyValueStore removed = cluster.Store(leader);
        await using IAsyncEnumerator<WatchEvent> watch = removed.WatchAsync("nothing").GetAsyncEnumerator();
        Task<bool> next = watch.MoveNextAsync().AsTask();

        ClusterMembership membership = await cluster.Manager(leader).RemoveMemberAsync(MembershipCluster.Id(leader));

        Assert.Null(membership.Find(MembershipCluster.Id(leader)));
        await cluster.StateIsAsync(leader, StoreState.Removed);
        Assert.IsType<MemberRemovedException>(removed.Status.Fault);
        await Assert.ThrowsAsync<MemberRemovedException>(async () => await removed.PutAsync("k", "v"));
        await Assert.ThrowsAsync<MemberRemovedException>(async () => await removed.GetAsync("k"));
        await Assert.ThrowsAsync<MemberRemovedException>(async () => await removed.WaitForReadyAsync());
        await Assert.ThrowsAsync<MemberRemovedException>(
            async () => await cluster.Manager(leader).GetMembershipAsync(Consistency.Serializable));
        await Assert.ThrowsAsync<MemberRemovedException>(() => next);
        Assert.Contains("removed", (await cluster.HealthAsync(leader)).Description, StringComparison.Ordinal);
        await writers.ProgressAsync(cluster.Store(rest[1]));
        await writers.AssertExactlyOnceAsync(cluster.Store(rest[1]));

        await cluster.StopAsync(leader);
        await cluster.StartAsync(leader);
        await cluster.StateIsAsync(leader, StoreState.Removed);
        await cluster.AssertEqualAsync(rest);
    }

    [Fact]
    [Trait("Scenario", "31")]
    public async Task A_member_that_is_removed_while_it_is_away_learns_it_when_it_returns()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        await cluster.KillAsync(3);
        await cluster.Manager(1).RemoveMemberAsync(MembershipCluster.Id(3));

        await cluster.StartAsync(3);

        await cluster.StateIsAsync(3, StoreState.Removed);
        Assert.IsType<MemberRemovedException>(cluster.Store(3).Status.Fault);
        ulong leader = await cluster.LeaderAsync(1, 2);
        Assert.Contains(leader, new ulong[] { 1, 2 });
        await cluster.Store(1).PutAsync("k", "v");
    }

    [Fact]
    [Trait("Scenario", "32")]
    public async Task A_change_that_would_lose_the_majority_is_refused_and_names_the_missing_members()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        ulong old = await cluster.LeaderAsync();
        ulong[] others = [.. cluster.Running.Where(id => id != old)];

        // The leader of a new term has never heard of the one that is gone.
        await cluster.KillAsync(others[0]);
        await cluster.KillAsync(others[1]);
        await Eventually.HoldsAsync(() => cluster.Store(old).Status.Leader.IsNone, "the leader has stepped down");
        await cluster.StartAsync(others[0]);
        ulong leader = await cluster.LeaderAsync();
        ulong other = leader == old ? others[0] : old;

        MembershipChangeRefusedException refused = await Assert.ThrowsAsync<MembershipChangeRefusedException>(
            async () => await cluster.Manager(other).RemoveMemberAsync(MembershipCluster.Id(other)));

        Assert.Equal(MembershipRefusal.QuorumWouldBeLost, refused.Reason);
        Assert.Contains(
            $"{MembershipCluster.Id(others[1])} were not heard from", refused.Message, StringComparison.Ordinal);
        await cluster.Manager(other).RemoveMemberAsync(MembershipCluster.Id(others[1]));
        await cluster.Store(leader).PutAsync("k", "v");
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_its_reason_at_any_member()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        foreach (ulong at in cluster.Running)
        {
            IClusterManager manager = cluster.Manager(at);
            await RefusesAsync(MembershipRefusal.UnknownMember, manager.PromoteMemberAsync(MembershipCluster.Id(9)));
            await RefusesAsync(MembershipRefusal.UnknownMember, manager.RemoveMemberAsync(MembershipCluster.Id(9)));
            await RefusesAsync(
                MembershipRefusal.MemberIdUsed,
                manager.AddMemberAsync(new MemberEndpoint(MembershipCluster.Id(2), "elsewhere")));
            await RefusesAsync(
                MembershipRefusal.AddressInUse,
                manager.AddMemberAsync(
                    new MemberEndpoint(MembershipCluster.Id(9), cluster.AddressOf(1)), MemberRole.Learner));
            await RefusesAsync(
                MembershipRefusal.InvalidAddress,
                manager.AddMemberAsync(new MemberEndpoint(MembershipCluster.Id(9), "a b")));
            await Assert.ThrowsAsync<InvalidRequestException>(
                async () => await manager.AddMemberAsync(cluster.PeerOf(9), MemberRole.Outgoing));
            await Assert.ThrowsAsync<InvalidRequestException>(
                async () => await manager.AddMemberAsync(new MemberEndpoint(MembershipCluster.Id(9), "")));
            await Assert.ThrowsAsync<InvalidRequestException>(async () => await manager.ChangeMembersAsync([]));
        }

        Assert.Equal(3, (await cluster.Manager(1).GetMembershipAsync()).Members.Count);
    }

    [Fact]
    public async Task The_last_voter_cannot_leave()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await RefusesAsync(
            MembershipRefusal.LastVoter, cluster.Manager(1).RemoveMemberAsync(MembershipCluster.Id(1)));
        await RefusesAsync(
            MembershipRefusal.LastVoter, cluster.Manager(1).DemoteMemberAsync(MembershipCluster.Id(1)));
    }

    [Fact]
    public async Task A_change_that_waits_outlives_the_request_timeout_and_can_be_given_up()
    {
        await using MembershipCluster cluster = new();
        await cluster.StartFounderAsync(1, [1], options => options.RequestTimeout = options.ElectionTimeout);
        await cluster.Store(1).WaitForReadyAsync();
        Task<ClusterMembership> adding = cluster.Manager(1).AddMemberAsync(cluster.PeerOf(2)).AsTask();
        await cluster.RoleIsAsync(1, 2, MemberRole.Incoming);
        await RefusesAsync(MembershipRefusal.ChangeInProgress, cluster.Manager(1).AddMemberAsync(cluster.PeerOf(3)));

        // It waits for longer than a request may take.
        await Assert.ThrowsAsync<TimeoutException>(() => adding.WaitAsync(TimeSpan.FromSeconds(1)));
        using CancellationTokenSource impatience = new();
        Task<ClusterMembership> again = cluster.Manager(1)
            .AddMemberAsync(cluster.PeerOf(2), cancellationToken: impatience.Token).AsTask();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => again);
        Assert.Equal(MemberRole.Incoming, cluster.Store(1).Status.Membership!.Find(MembershipCluster.Id(2))!.Role);

        ClusterMembership given = await cluster.Manager(1).CancelChangeAsync();
        Assert.False(given.IsChanging);
        Assert.Equal(MemberRole.Learner, given.Find(MembershipCluster.Id(2))!.Role);
        MembershipChangeRefusedException refused =
            await Assert.ThrowsAsync<MembershipChangeRefusedException>(() => adding);
        Assert.Equal(MembershipRefusal.PlanCancelled, refused.Reason);
    }

    [Fact]
    [Trait("Scenario", "27")]
    public async Task A_change_continues_when_its_leader_dies_and_its_caller_learns_its_outcome()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        ulong leader = await cluster.LeaderAsync();
        ulong caller = cluster.Running.First(id => id != leader);
        Task<ClusterMembership> adding = cluster.Manager(caller).AddMemberAsync(cluster.PeerOf(4)).AsTask();
        await cluster.RoleIsAsync(caller, 4, MemberRole.Incoming);
        await cluster.KillAsync(leader);
        await cluster.StartJoinerAsync(4, by: caller);

        ClusterMembership added = await adding.WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(MemberRole.Voter, added.Find(MembershipCluster.Id(4))!.Role);
        await cluster.StartAsync(leader);
        await cluster.Store(leader).WaitForReadyAsync();
        Assert.Equal(4, cluster.Store(leader).Status.Voters.Count);
    }

    private static async Task<ClusterMembership> PromoteAsync(MembershipCluster cluster, ulong by, ulong member)
    {
        while (true)
        {
            try
            {
                return await cluster.Manager(by).PromoteMemberAsync(MembershipCluster.Id(member));
            }
            catch (MembershipChangeRefusedException refused)
                when (refused.Reason == MembershipRefusal.LearnerNotCaughtUp)
            {
                // It says to wait and try again.
            }
        }
    }

    private static async Task RefusesAsync(MembershipRefusal reason, ValueTask<ClusterMembership> change)
    {
        MembershipChangeRefusedException refused =
            await Assert.ThrowsAsync<MembershipChangeRefusedException>(change.AsTask);
        Assert.Equal(reason, refused.Reason);
        Assert.NotEmpty(refused.Message);
    }

    private static async Task StartThreeAsync(MembershipCluster cluster)
    {
        foreach (ulong id in (ulong[])[1, 2, 3])
        {
            await cluster.StartFounderAsync(id, [1, 2, 3], static options => options.RequestTimeout = Patience);
        }

        foreach (ulong id in cluster.Running)
        {
            await cluster.Store(id).WaitForReadyAsync();
        }
    }

    private static async Task<ulong> LeaderAsync(MembershipCluster cluster)
    {
        ulong leader = 0;
        await Eventually.HoldsAsync(
            () =>
            {
                MemberId[] leaders = [.. cluster.Running.Select(id => cluster.Store(id).Status.Leader).Distinct()];
                leader = leaders is [MemberId one] ? one.Value : 0;
                return leader != 0;
            },
            "all members agree on a leader");
        return leader;
    }
}
