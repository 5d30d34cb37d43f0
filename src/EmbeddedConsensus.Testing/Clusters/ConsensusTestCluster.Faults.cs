namespace EmbeddedConsensus.Testing;

/// <summary>What can happen to the network.</summary>
public sealed partial class ConsensusTestCluster
{
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

        LetReplicasRest();
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
        LetReplicasRest();
        Network.HealAll();
    }

    /// <summary>Gives the link from one member to another its conditions.</summary>
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
        LetReplicasRest();
        Network.SetConditions(from.Id, to.Id, conditions);
    }

    /// <summary>Gives every link the same conditions, those of members that come later too.</summary>
    /// <param name="conditions">The conditions; they hold for what is sent from now on.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value of the conditions is out of range.</exception>
    public void SetLinks(LinkConditions conditions)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        conditions.Validate();
        LetReplicasRest();
        Network.SetConditions(conditions);
    }

    private void SetCut(TestClusterMember from, TestClusterMember to, bool isCut)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        LetReplicasRest();
        Network.SetCut(from.Id, to.Id, isCut);
    }
}
