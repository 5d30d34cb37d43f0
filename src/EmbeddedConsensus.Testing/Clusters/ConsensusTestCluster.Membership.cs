using EmbeddedConsensus.Hosting;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Testing;

/// <summary>Who belongs to the cluster, and how that changes.</summary>
public sealed partial class ConsensusTestCluster
{
    // As many addresses as a member may be given to join by.
    private const int MaxJoinAddresses = 32;

    private readonly int _founders;
    private volatile TestClusterMember[] _members;

    /// <summary>The members, by index. New ones come behind the others; who was removed keeps its place.</summary>
    public IReadOnlyList<TestClusterMember> Members => _members;

    /// <summary>Starts a new member, with an empty disk. It joins by itself as time passes, as it does in production:
    /// it asks any of the others to take it in. Needs no time, so that faults can meet it on the way.</summary>
    /// <param name="role">What it asks to be: <see cref="MemberRole.Voter"/> or
    /// <see cref="MemberRole.Learner"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The role is neither of the two.</exception>
    public async Task<TestClusterMember> StartMemberAsync(MemberRole role = MemberRole.Voter)
    {
        if (role is not (MemberRole.Voter or MemberRole.Learner))
        {
            throw new ArgumentOutOfRangeException(nameof(role), role, "A member joins as a voter or as a learner.");
        }

        ThrowIfDisposed();
        LetReplicasRest();
        TestClusterMember member = new(this, _members.Length, role);
        _members = [.. _members, member];
        await member.StartAsync(CancellationToken.None).ConfigureAwait(false);
        return member;
    }

    /// <summary>Adds a member: starts it and lets time pass until it belongs to the cluster and has caught
    /// up.</summary>
    /// <param name="role">What it is to be: <see cref="MemberRole.Voter"/> or <see cref="MemberRole.Learner"/>.</param>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <returns>The member, the last of <see cref="Members"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The role is neither of the two.</exception>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public async Task<TestClusterMember> AddMemberAsync(
        MemberRole role = MemberRole.Voter, TimeSpan? limit = null)
    {
        TestClusterMember member = await StartMemberAsync(role).ConfigureAwait(false);
        await WaitForRoleAsync(member, role, limit).ConfigureAwait(false);
        if (role == MemberRole.Learner)
        {
            // The leader sees it with the next heartbeat; who asks for a promotion before that is refused.
            await WaitForConvergenceAsync(limit).ConfigureAwait(false);
            await AdvanceAsync(StoreOptions(member).HeartbeatInterval).ConfigureAwait(false);
        }

        return member;
    }

    /// <summary>Removes a member for good and lets time pass until that is done. It may be down. One that runs stops by
    /// itself when it learns of it: its <see cref="StoreStatus.State"/> is then
    /// <see cref="StoreState.Removed"/>.</summary>
    /// <param name="member">The member.</param>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <exception cref="MembershipChangeRefusedException">The leader refuses.</exception>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public async Task RemoveMemberAsync(TestClusterMember member, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(member);
        await RunUntilAsync(
            AnyBut(member).ClusterManager.RemoveMemberAsync(member.Id), limit, $"{member} is removed")
            .ConfigureAwait(false);
    }

    /// <summary>Puts a new member in the place of a voter, in one step, and lets time pass until it votes. The old one
    /// may be down; it is removed.</summary>
    /// <param name="member">The member that leaves.</param>
    /// <param name="limit">How much virtual time each of the two steps may take; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <returns>The new member, the last of <see cref="Members"/>.</returns>
    /// <exception cref="MembershipChangeRefusedException">The leader refuses.</exception>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public async Task<TestClusterMember> ReplaceMemberAsync(TestClusterMember member, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(member);

        // Its vote is not its own to ask for: it comes with the other's leaving.
        TestClusterMember next = await StartMemberAsync(MemberRole.Learner).ConfigureAwait(false);
        await RunUntilAsync(
            AnyBut(member).ClusterManager.ReplaceMemberAsync(member.Id, new MemberEndpoint(next.Id, next.Address)),
            limit,
            $"{next} takes the place of {member}").ConfigureAwait(false);
        await WaitForRoleAsync(next, MemberRole.Voter, limit).ConfigureAwait(false);
        return next;
    }

    /// <summary>The options of a member's store.</summary>
    internal ConsensusStoreOptions StoreOptions(TestClusterMember self)
    {
        ConsensusStoreOptions options = new();
        Options.ConfigureStore?.Invoke(options);
        options.MemberId = self.Id.Value;
        options.AdvertisedAddress = self.Address;
        options.Members.Clear();
        options.JoinAddresses.Clear();
        options.JoinAsLearner = self.JoinsAs == MemberRole.Learner;
        if (self.JoinsAs is not null)
        {
            foreach (TestClusterMember other in _members.Where(other => other != self).Take(MaxJoinAddresses))
            {
                options.JoinAddresses.Add(other.Address);
            }
        }
        else if (_founders > 1)
        {
            foreach (TestClusterMember founder in _members.Take(_founders))
            {
                options.Members.Add(new MemberOptions { Id = founder.Id.Value, Address = founder.Address });
            }
        }

        ValidateOptionsResult result = new ConsensusStoreOptionsValidator(null, null)
            .Validate("", options);
        return result.Succeeded
            ? options
            : throw new OptionsValidationException(
                Microsoft.Extensions.Options.Options.DefaultName, typeof(ConsensusStoreOptions), result.Failures);
    }

    private TestClusterMember AnyBut(TestClusterMember member) =>
        FindLeader() is { } leader && leader != member
            ? leader
            : _members.FirstOrDefault(other => other != member && other.IsServing) ?? member;

    /// <summary>Waits until a member knows that it is what it was to be, or that it never will.</summary>
    private async Task WaitForRoleAsync(TestClusterMember member, MemberRole role, TimeSpan? limit)
    {
        await RunUntilAsync(
            () => !member.IsServing || member.Role == role, limit, $"{member} belongs to the cluster as a {role}")
            .ConfigureAwait(false);
        if (member.Status.Fault is { } fault)
        {
            throw fault;
        }
    }
}
