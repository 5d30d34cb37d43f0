using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Tests.Membership;

public sealed class JoinTests
{
    [Fact]
    public async Task A_member_joins_by_way_of_any_member_and_finds_the_others_by_itself()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        await cluster.Store(2).PutAsync("k", "v");
        ulong leader = await cluster.LeaderAsync();
        ulong follower = cluster.Running.First(id => id != leader);

        // One that nobody listens at, and the joiner's own, are passed over.
        await cluster.StartJoinerAsync(4, by: 9, options =>
        {
            options.JoinAddresses.Add(cluster.AddressOf(4));
            options.JoinAddresses.Add(cluster.AddressOf(follower));
        });

        await cluster.Store(4).WaitForReadyAsync();
        await cluster.RoleIsAsync(4, 4, MemberRole.Voter);
        Assert.Equal("v", (await cluster.Store(4).GetAsync("k"))?.Value.ToString());
        await cluster.Store(4).PutAsync("k", "w");
        ClusterMembership membership = await cluster.Manager(4).GetMembershipAsync();
        Assert.Equal([1UL, 2, 3, 4], membership.Members.Select(member => member.Id.Value));
        Assert.Equal(cluster.AddressOf(4), membership.Find(MembershipCluster.Id(4))!.Address);
        Assert.NotEqual(0UL, membership.ClusterId);
        await cluster.AssertEqualAsync(1, 2, 3, 4);
    }

    [Fact]
    public async Task Members_that_join_at_the_same_time_are_taken_in_one_behind_the_other()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await Task.WhenAll(cluster.StartJoinerAsync(2, by: 1), cluster.StartJoinerAsync(3, by: 2));
        await cluster.RoleIsAsync(1, 3, MemberRole.Voter);
        await cluster.RoleIsAsync(1, 2, MemberRole.Voter);
        await cluster.Store(2).WaitForReadyAsync();
        await cluster.Store(3).WaitForReadyAsync();
        await cluster.AssertEqualAsync(1, 2, 3);
    }

    [Fact]
    public async Task A_member_that_waits_for_the_cluster_joins_when_it_comes()
    {
        await using MembershipCluster cluster = new();
        await cluster.StartJoinerAsync(2, by: 1);
        Assert.Equal(StoreState.Running, cluster.Store(2).Status.State);
        await cluster.StartFounderAsync(1, [1]);
        await cluster.RoleIsAsync(2, 2, MemberRole.Voter);
        await cluster.Store(2).WaitForReadyAsync();
    }

    [Fact]
    public async Task A_joiner_whose_transport_fails_unexpectedly_says_so_and_goes_on_asking()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        cluster.WrapTransport = (_, inner) => new TransportThatFailsOnce(inner);

        await cluster.StartJoinerAsync(2, by: 1);

        await cluster.RoleIsAsync(2, 2, MemberRole.Voter);
        await cluster.IsLoggedAsync("failed to maintain its membership");
    }

    [Fact]
    [Trait("Scenario", "12")]
    public async Task A_member_under_another_cluster_name_is_refused_though_it_is_also_told_its_own_address()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await cluster.StartJoinerAsync(2, by: 1, options =>
        {
            options.ClusterName = "another";
            options.JoinAddresses.Add(cluster.AddressOf(2));
        });

        await cluster.StateIsAsync(2, StoreState.Removed);
        Assert.IsType<MemberRefusedException>(cluster.Store(2).Status.Fault);
    }

    [Fact]
    [Trait("Scenario", "12")]
    public async Task A_member_under_another_cluster_name_is_refused_and_says_so()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await cluster.StartJoinerAsync(2, by: 1, options => options.ClusterName = "another");
        await cluster.StateIsAsync(2, StoreState.Removed);

        MemberRefusedException refused = Assert.IsType<MemberRefusedException>(cluster.Store(2).Status.Fault);
        Assert.Contains("'another'", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MemberRefusedException>(async () => await cluster.Store(2).PutAsync("k", "v"));
        Assert.Single((await cluster.Manager(1).GetMembershipAsync()).Members);
    }

    [Fact]
    [Trait("Scenario", "31")]
    public async Task An_id_that_has_run_before_is_refused_with_an_empty_disk_to_join_and_to_found_anew()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1, 2, 3);
        await cluster.StartJoinerAsync(4, by: 1);
        await cluster.RoleIsAsync(1, 4, MemberRole.Voter);
        await Eventually.HoldsAsync(
            () => cluster.Store(1).Status.Membership!.Members.All(member => member.HasStarted),
            "the cluster knows that all its members hold the log");

        // A joiner asks and is told; a founder that starts anew is told by the leader.
        foreach (ulong id in (ulong[])[4, 3])
        {
            await cluster.KillAsync(id);
            cluster.LoseDisk(id);
            await (id == 4 ? cluster.StartJoinerAsync(4, by: 2) : cluster.StartFounderAsync(3, [1, 2, 3]));
            await cluster.StateIsAsync(id, StoreState.Removed);
            MemberRefusedException refused = Assert.IsType<MemberRefusedException>(cluster.Store(id).Status.Fault);
            Assert.Contains("remove the member", refused.Message, StringComparison.Ordinal);
            Assert.Contains("id", refused.Message, StringComparison.Ordinal);
            Assert.Contains("disk", (await cluster.HealthAsync(id)).Description, StringComparison.Ordinal);
            await cluster.KillAsync(id);
            await cluster.Manager(1).RemoveMemberAsync(MembershipCluster.Id(id));
        }

        // A removed id is not taken again either; a new one is.
        await cluster.StartJoinerAsync(4, by: 1);
        await cluster.StateIsAsync(4, StoreState.Removed);
        await cluster.StartJoinerAsync(5, by: 1);
        await cluster.RoleIsAsync(1, 5, MemberRole.Voter);
    }

    [Fact]
    public async Task Members_join_in_any_order_of_their_ids_and_none_takes_an_id_twice()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(7);
        foreach (ulong id in (ulong[])[9, 3, 1])
        {
            await cluster.StartJoinerAsync(id, by: 7);
            await cluster.RoleIsAsync(7, id, MemberRole.Voter);
        }

        await cluster.Store(1).PutAsync("k", "v");
        await cluster.AssertEqualAsync(1, 3, 7, 9);
        await cluster.Manager(7).RemoveMemberAsync(MembershipCluster.Id(3));
        await cluster.StateIsAsync(3, StoreState.Removed);
        await cluster.KillAsync(3);
        cluster.LoseDisk(3);

        MembershipChangeRefusedException refused = await Assert.ThrowsAsync<MembershipChangeRefusedException>(
            async () => await cluster.Manager(7).AddMemberAsync(cluster.PeerOf(3)));
        Assert.Equal(MembershipRefusal.MemberIdUsed, refused.Reason);
        Assert.Contains("above 9, or one of 2, 4 to 6, 8", refused.Message, StringComparison.Ordinal);
        await cluster.StartJoinerAsync(3, by: 7);
        await cluster.StateIsAsync(3, StoreState.Removed);
        await cluster.StartJoinerAsync(2, by: 9);
        await cluster.RoleIsAsync(7, 2, MemberRole.Voter);
    }

    /// <summary>A transport whose first request fails as no transport's should.</summary>
    private sealed class TransportThatFailsOnce(ITransport inner) : ITransport
    {
        private int _requests;

        public ValueTask StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken = default) =>
            inner.StartAsync(receiver, cancellationToken);

        public void SetPeers(IReadOnlyCollection<MemberEndpoint> peers) => inner.SetPeers(peers);

        public bool TrySend(in RaftMessage message) => inner.TrySend(message);

        public void Flush() => inner.Flush();

        public ValueTask<ReadOnlyMemory<byte>> RequestAsync(
            string address, ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default) =>
            Interlocked.Increment(ref _requests) == 1
                ? throw new InvalidOperationException("A defect of the transport.")
                : inner.RequestAsync(address, request, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
