namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>The calls about the membership at a member, whichever life it is in.</summary>
/// <param name="guard">Ends calls that only time could end.</param>
internal sealed class MemberClusterManager(StallGuard guard) : IClusterManager
{
    private volatile IClusterManager? _manager;

    private IClusterManager Manager => _manager ?? throw new StoreStoppedException("The member was not started yet.");

    /// <summary>A new life of the member begins.</summary>
    public void Attach(IClusterManager manager) => _manager = manager;

    /// <inheritdoc />
    public ValueTask<ClusterMembership> GetMembershipAsync(
        Consistency consistency = Consistency.Linearizable, CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.GetMembershipAsync(consistency, cancellationToken));

    /// <inheritdoc />
    public ValueTask<ClusterMembership> AddMemberAsync(
        MemberEndpoint member, MemberRole role = MemberRole.Voter, CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.AddMemberAsync(member, role, cancellationToken));

    /// <inheritdoc />
    public ValueTask<ClusterMembership> PromoteMemberAsync(
        MemberId member, CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.PromoteMemberAsync(member, cancellationToken));

    /// <inheritdoc />
    public ValueTask<ClusterMembership> DemoteMemberAsync(
        MemberId member, CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.DemoteMemberAsync(member, cancellationToken));

    /// <inheritdoc />
    public ValueTask<ClusterMembership> RemoveMemberAsync(
        MemberId member, CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.RemoveMemberAsync(member, cancellationToken));

    /// <inheritdoc />
    public ValueTask<ClusterMembership> ReplaceMemberAsync(
        MemberId member, MemberEndpoint replacement, CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.ReplaceMemberAsync(member, replacement, cancellationToken));

    /// <inheritdoc />
    public ValueTask<ClusterMembership> UpdateMemberAsync(
        MemberEndpoint member, CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.UpdateMemberAsync(member, cancellationToken));

    /// <inheritdoc />
    public ValueTask<ClusterMembership> ChangeMembersAsync(
        IReadOnlyCollection<MemberEndpoint> voters, CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.ChangeMembersAsync(voters, cancellationToken));

    /// <inheritdoc />
    public ValueTask<ClusterMembership> CancelChangeAsync(CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.CancelChangeAsync(cancellationToken));
}
