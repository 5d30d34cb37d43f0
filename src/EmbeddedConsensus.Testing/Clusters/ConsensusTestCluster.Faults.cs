namespace EmbeddedConsensus.Testing;

/// <content>What can happen to the network, and how leadership changes.</content>
public sealed partial class ConsensusTestCluster
{
    /// <summary>The leader: of those that believe to lead, the one of the highest term.</summary>
    /// <exception cref="InvalidOperationException">No member leads now.</exception>
    public TestClusterMember Leader => ClusterLeadership.FindLeader(_members) ?? throw new InvalidOperationException(
        $"No member leads now. Await WaitForLeaderAsync first.{Environment.NewLine}{Describe()}");

    /// <summary>The members that run and do not lead, by index.</summary>
    public IReadOnlyList<TestClusterMember> Followers
    {
        get
        {
            TestClusterMember? leader = ClusterLeadership.FindLeader(_members);
            return [.. Members.Where(member => member.IsServing && member != leader)];
        }
    }

    /// <summary>The first of <see cref="Followers"/>.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public TestClusterMember AnyFollower => Followers is [var first, ..] ? first : throw new InvalidOperationException(
        $"No member is a running follower.{Environment.NewLine}{Describe()}");

    /// <summary>Lets time pass until a member leads and a majority of the voters follows it. A majority that is cut off
    /// from its leader counts as without one, also before it has noticed.</summary>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The leader.</returns>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public async Task<TestClusterMember> WaitForLeaderAsync(
        TimeSpan? limit = null, CancellationToken cancellationToken = default)
    {
        await RunUntilAsync(HasLeader, limit, "a member leads and a majority follows it", cancellationToken)
            .ConfigureAwait(false);
        return Leader;
    }

    /// <summary>Hands leadership over in an orderly way, to a given member.</summary>
    /// <param name="member">The member.</param>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <exception cref="LeadershipTransferException">The member did not take over.</exception>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public async Task TransferLeadershipAsync(TestClusterMember member, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(member);
        await RunUntilAsync(
            Leader.Maintenance.TransferLeadershipAsync(member.Id), limit, $"{member} takes over leadership")
            .ConfigureAwait(false);
        await WaitForLeaderAsync(limit).ConfigureAwait(false);
    }

    /// <summary>Hands leadership over in an orderly way, to the next running member.</summary>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <returns>The new leader.</returns>
    /// <exception cref="InvalidOperationException">No other member runs.</exception>
    /// <exception cref="LeadershipTransferException">The member did not take over.</exception>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public async Task<TestClusterMember> ChangeLeaderAsync(TimeSpan? limit = null)
    {
        int leader = Leader.Index;
        TestClusterMember next = Followers.FirstOrDefault(member => member.Index > leader) ?? AnyFollower;
        await TransferLeadershipAsync(next, limit).ConfigureAwait(false);
        return Leader;
    }

    /// <summary>Changes the leader as an accident does: it is cut off until the others have elected another, and then
    /// its links are again as they were. Calls that are under way meet the change.</summary>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <returns>The new leader.</returns>
    /// <exception cref="ClusterTimeoutException">The limit has passed: the others have no majority.</exception>
    public async Task<TestClusterMember> DeposeLeaderAsync(TimeSpan? limit = null)
    {
        TestClusterMember old = Leader;
        HashSet<(MemberId, MemberId)> before = [.. Network.CutLinks];
        Isolate(old);
        try
        {
            await RunUntilAsync(() => HasLeader() && Leader != old, limit, $"another member than {old} leads")
                .ConfigureAwait(false);
        }
        finally
        {
            foreach (TestClusterMember other in Members)
            {
                Network.SetCut(old.Id, other.Id, before.Contains((old.Id, other.Id)));
                Network.SetCut(other.Id, old.Id, before.Contains((other.Id, old.Id)));
            }
        }

        return Leader;
    }

    /// <summary>Cuts every link between members of different groups, in both directions:
    /// <c>cluster.Partition([0], [1, 2])</c>. Links inside a group, and of members that no group names, stay as they
    /// are.</summary>
    /// <param name="groups">The groups, as indices of <see cref="Members"/>. No member is in two of them.</param>
    /// <exception cref="ArgumentException">A member is in two groups.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such member.</exception>
    public void Partition(params int[][] groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        foreach (int index in groups.SelectMany(static group => group))
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(groups));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Members.Count, nameof(groups));
        }

        Partition([.. groups.Select(group => group.Select(index => Members[index]).ToArray())]);
    }

    /// <summary>Cuts every link between members of different groups, in both directions. Links inside a group, and of
    /// members that no group names, stay as they are.</summary>
    /// <param name="groups">The groups. No member is in two of them.</param>
    /// <exception cref="ArgumentException">A member is in two groups.</exception>
    public void Partition(params TestClusterMember[][] groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        TestClusterMember[] all = [.. groups.SelectMany(static group => group)];
        if (all.Distinct().Count() != all.Length)
        {
            throw new ArgumentException("A member is in two groups. Name each at most once.", nameof(groups));
        }

        Clock.LetReplicasRest();
        foreach (TestClusterMember[] group in groups)
        {
            foreach (TestClusterMember from in group)
            {
                foreach (TestClusterMember to in all.Except(group))
                {
                    Network.SetCut(from.Id, to.Id, isCut: true);
                }
            }
        }
    }

    /// <summary>Cuts a member off from all others, in both directions.</summary>
    /// <param name="member">The member.</param>
    public void Isolate(TestClusterMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        Partition([member], [.. Members.Where(other => other != member)]);
    }

    /// <summary>Cuts the link from one member to another: what is sent over it is lost. The way back stays as it
    /// is.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    public void Cut(TestClusterMember from, TestClusterMember to) => SetCut(from, to, isCut: true);

    /// <summary>Heals the link from one member to another. The way back stays as it is.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    public void Heal(TestClusterMember from, TestClusterMember to) => SetCut(from, to, isCut: false);

    /// <summary>Heals every link. Conditions of links stay.</summary>
    public void Heal()
    {
        Clock.LetReplicasRest();
        Network.HealAll();
    }

    /// <summary>Sets the conditions of the link from one member to another.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="conditions">The conditions; they hold for what is sent from now on.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value of the conditions is out of range.</exception>
    public void SetLink(TestClusterMember from, TestClusterMember to, LinkConditions conditions)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(conditions);
        conditions.Validate();
        Clock.LetReplicasRest();
        Network.SetConditions(from.Id, to.Id, conditions);
    }

    /// <summary>Sets the same conditions on every link, including those of later members.</summary>
    /// <param name="conditions">The conditions; they hold for what is sent from now on.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value of the conditions is out of range.</exception>
    public void SetLinks(LinkConditions conditions)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        conditions.Validate();
        Clock.LetReplicasRest();
        Network.SetConditions(conditions);
    }

    private void SetCut(TestClusterMember from, TestClusterMember to, bool isCut)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        Clock.LetReplicasRest();
        Network.SetCut(from.Id, to.Id, isCut);
    }

    private bool HasLeader() => ClusterLeadership.HasLeader(_members, Network);
}
