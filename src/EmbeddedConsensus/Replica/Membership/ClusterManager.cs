using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>The membership as an app sees and changes it.</summary>
internal sealed class ClusterManager(
    IMembershipReplica replica, MembershipChanges changes, CallCompletion completion) : IClusterManager
{
    /// <inheritdoc />
    public async ValueTask<ClusterMembership> GetMembershipAsync(
        Consistency consistency = Consistency.Linearizable, CancellationToken cancellationToken = default)
    {
        replica.ThrowIfNotRunning();
        if (consistency == Consistency.Linearizable)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadCall barrier = new(completion);
            replica.Submit(barrier);
            barrier.ListenTo(cancellationToken);
            await barrier.Task.ConfigureAwait(false);
        }

        // After the barrier consensus knows at least what was committed when the call was made.
        LoopQuery<ClusterMembership> query = new(
            static core => Describe(
                core.Node.CommittedConfiguration, core.Node.CommittedConfigurationIndex, core.Node.Leader),
            completion);
        replica.Submit(query);
        return await query.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask<ClusterMembership> AddMemberAsync(
        MemberEndpoint member, MemberRole role = MemberRole.Voter, CancellationToken cancellationToken = default)
    {
        Check(member, nameof(member));
        return role switch
        {
            MemberRole.Voter => ChangeAsync(ConfigurationChange.AddVoter(member), cancellationToken),
            MemberRole.Learner => ChangeAsync(ConfigurationChange.AddLearner(member), cancellationToken),
            _ => throw new InvalidRequestException(
                nameof(role), $"A member cannot be added as {role}. Use {MemberRole.Voter} or {MemberRole.Learner}."),
        };
    }

    /// <inheritdoc />
    public ValueTask<ClusterMembership> PromoteMemberAsync(
        MemberId member, CancellationToken cancellationToken = default) =>
        ChangeAsync(ConfigurationChange.Promote(member), cancellationToken);

    /// <inheritdoc />
    public ValueTask<ClusterMembership> DemoteMemberAsync(
        MemberId member, CancellationToken cancellationToken = default) =>
        ChangeAsync(ConfigurationChange.Demote(member), cancellationToken);

    /// <inheritdoc />
    public ValueTask<ClusterMembership> RemoveMemberAsync(
        MemberId member, CancellationToken cancellationToken = default) =>
        ChangeAsync(ConfigurationChange.Remove(member), cancellationToken);

    /// <inheritdoc />
    public ValueTask<ClusterMembership> ReplaceMemberAsync(
        MemberId member, MemberEndpoint replacement, CancellationToken cancellationToken = default)
    {
        Check(replacement, nameof(replacement));
        return ChangeAsync(ConfigurationChange.Replace(member, replacement), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<ClusterMembership> UpdateMemberAsync(
        MemberEndpoint member, CancellationToken cancellationToken = default)
    {
        Check(member, nameof(member));
        return ChangeAsync(ConfigurationChange.Update(member), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<ClusterMembership> ChangeMembersAsync(
        IReadOnlyCollection<MemberEndpoint> voters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(voters);
        if (voters.Count is 0 or > ClusterConfigurationCodec.MaxVoters)
        {
            throw new InvalidRequestException(
                nameof(voters), $"{voters.Count} voters were given. Give 1 to {ClusterConfigurationCodec.MaxVoters}.");
        }

        foreach (MemberEndpoint voter in voters)
        {
            Check(voter, nameof(voters));
        }

        return ChangeAsync(ConfigurationChange.SetVoters(voters), cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<ClusterMembership> CancelChangeAsync(CancellationToken cancellationToken = default) =>
        ChangeAsync(ConfigurationChange.CancelPlan(), cancellationToken);

    /// <summary>A membership as an app sees it.</summary>
    public static ClusterMembership Describe(ClusterConfiguration configuration, ulong index, MemberId leader) => new()
    {
        ClusterId = configuration.ClusterId,
        Index = index,
        Leader = leader,
        Members =
        [
            .. configuration.Members.Select(member => new ClusterMemberInfo(
                member.Id, member.Address, RoleOf(configuration, member.Id), member.HasStarted)),
        ],
        PlannedVoters = configuration.PlannedVoters,
        IsChanging = configuration.IsJoint || !configuration.PlannedVoters.IsEmpty,
    };

    private static MemberRole RoleOf(ClusterConfiguration configuration, MemberId member)
    {
        if (configuration.Voters.Contains(member))
        {
            return configuration.IsJoint && !configuration.OutgoingVoters.Contains(member)
                ? MemberRole.Incoming
                : MemberRole.Voter;
        }

        return configuration.OutgoingVoters.Contains(member) ? MemberRole.Outgoing
            : configuration.PlannedVoters.Contains(member) ? MemberRole.Incoming
            : MemberRole.Learner;
    }

    private static void Check(MemberEndpoint member, string argument)
    {
        ArgumentNullException.ThrowIfNull(member, argument);
        if (member.Id.IsNone || string.IsNullOrWhiteSpace(member.Address))
        {
            throw new InvalidRequestException(
                argument,
                $"A member with the id {member.Id} and the address '{member.Address}' was given. Give an id from 1 and "
                + "the host:port at which the others find it.");
        }
    }

    private async ValueTask<ClusterMembership> ChangeAsync(
        ConfigurationChange change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        MembershipAnswer answer = await changes.ChangeAsync(change, cancellationToken).ConfigureAwait(false);
        return Describe(answer.Configuration!, answer.ConfigurationIndex, answer.Leader);
    }
}
