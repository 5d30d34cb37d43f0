namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>The calls about leases at a member, whichever life it is in.</summary>
/// <param name="guard">Ends calls that only time could end.</param>
internal sealed class MemberLeaseManager(StallGuard guard) : ILeaseManager
{
    private volatile ILeaseManager? _manager;

    private ILeaseManager Manager => _manager ?? throw new StoreStoppedException("The member was not started yet.");

    /// <summary>A new life of the member begins.</summary>
    public void Attach(ILeaseManager manager) => _manager = manager;

    /// <inheritdoc />
    public ValueTask<LeaseHandle> AcquireAsync(TimeSpan timeToLive, CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.AcquireAsync(timeToLive, cancellationToken));

    /// <inheritdoc />
    public ValueTask<LeaseGrant> GrantAsync(
        TimeSpan timeToLive, long id = 0, CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.GrantAsync(timeToLive, id, cancellationToken));

    /// <inheritdoc />
    public ValueTask<TimeSpan> KeepAliveAsync(long id, CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.KeepAliveAsync(id, cancellationToken));

    /// <inheritdoc />
    public ValueTask RevokeAsync(long id, CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.RevokeAsync(id, cancellationToken));

    /// <inheritdoc />
    public ValueTask<LeaseStatus> TimeToLiveAsync(
        long id, bool includeKeys = false, CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.TimeToLiveAsync(id, includeKeys, cancellationToken));

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<long>> ListAsync(CancellationToken cancellationToken = default) =>
        guard.Watch(Manager.ListAsync(cancellationToken));
}
