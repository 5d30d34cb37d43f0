using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft.Leases;

/// <summary>A lease while the membership changes.</summary>
public sealed class LeaseMembershipTests
{
    private readonly SimulatedCluster _cluster = new();

    private RaftNode Leader => _cluster[1].Node;

    [Fact]
    [Trait("Scenario", "9")]
    public void A_change_of_the_membership_ends_the_lease_until_it_is_confirmed_anew()
    {
        StartWithLease();
        _cluster.Do(1, member => member.Node.Change(
            ConfigurationChange.AddLearner(new MemberEndpoint(new MemberId(4), "member-4"))));

        Assert.Contains(new MemberId(4), Leader.Configuration.Learners);
        Assert.False(Leader.HoldsLease);
        _cluster.Do(1, member => member.Node.Tick());
        _cluster.Stabilize([1, 2]);
        Assert.True(Leader.HoldsLease);
    }

    [Fact]
    [Trait("Scenario", "9")]
    public void In_a_joint_membership_a_lease_needs_a_majority_of_both_sets()
    {
        StartWithLease();
        _cluster.Do(1, member => member.Node.Change(ConfigurationChange.Demote(new MemberId(3))));
        Assert.NotEmpty(Leader.Configuration.OutgoingVoters);
        _cluster.Network.Clear();

        // The appends are lost, so the change goes no further. Member 3 makes a majority of the old voters only.
        _cluster.Do(1, member => member.Node.Tick());
        DeliverHeartbeats(3);
        Assert.False(Leader.HoldsLease);
        DeliverHeartbeats(2);
        Assert.True(Leader.HoldsLease);
        Assert.NotEmpty(Leader.Configuration.OutgoingVoters);
    }

    private void StartWithLease()
    {
        ClusterConfiguration voters =
            ClusterConfiguration.OfVoters(new MemberId(1), new MemberId(2), new MemberId(3));
        for (ulong id = 1; id <= 3; id++)
        {
            ulong own = id;
            _cluster.Add(new SimulatedMember(
                _ => new RaftOptions
                {
                    Id = new MemberId(own), Seed = own, UseReadLease = true,
                    TickInterval = TimeSpan.FromMilliseconds(100),
                },
                voters));
        }

        _cluster[1].Clock = TimeSpan.Zero;
        _cluster.Do(1, member => member.Node.Campaign());
        _cluster.Stabilize([1, 2, 3]);
        _cluster.Do(1, member => member.Node.Tick());
        _cluster.Stabilize([1, 2, 3]);
        Assert.True(Leader.HoldsLease);
    }

    /// <summary>Delivers the heartbeats to a member, and its answers.</summary>
    private void DeliverHeartbeats(ulong id)
    {
        Deliver(message => message.Type == RaftMessageType.Heartbeat && message.To.Value == id);
        Deliver(message => message.Type == RaftMessageType.HeartbeatResponse && message.From.Value == id);
    }

    private void Deliver(Predicate<RaftMessage> isDue)
    {
        foreach (RaftMessage message in _cluster.Network.FindAll(isDue))
        {
            _cluster.Deliver(_cluster.Network.IndexOf(message));
        }
    }
}
