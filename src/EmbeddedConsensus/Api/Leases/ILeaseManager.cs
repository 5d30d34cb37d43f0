namespace EmbeddedConsensus;

/// <summary>Leases. A key that is put under a lease (<see cref="PutOptions.Lease"/>) is deleted when the lease ends:
/// when it is revoked, or when its time to live passes without a renewal.</summary>
/// <remarks>
/// <para>The members time leases by their monotonic clocks. A lease lives at least as long as was granted, counted from
/// the last renewal, and is ended soon after by the leader; while there is no leader, none ends. How long its holder
/// may rely on it, and what holds when the holder is paused or cut off, is on the page docs/leases.md.</para>
/// <para>Every call fails like the writes of <see cref="IKeyValueStore"/> do when the store is stopped, overloaded or
/// without a majority. Safe for several threads.</para>
/// </remarks>
public interface ILeaseManager
{
    /// <summary>Grants a lease and renews it until it is disposed: the way to hold a lease.</summary>
    /// <param name="timeToLive">How long the lease lives without a renewal: after the holder's process has died, for
    /// so long, and a little longer, its keys stay.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The lease. Dispose it to revoke it.</returns>
    /// <exception cref="InvalidRequestException">The time to live is out of range.</exception>
    ValueTask<LeaseHandle> AcquireAsync(TimeSpan timeToLive, CancellationToken cancellationToken = default);

    /// <summary>Grants a lease, which the caller renews by <see cref="KeepAliveAsync"/>.</summary>
    /// <param name="timeToLive">The time to live, from above zero to 9,000,000,000 seconds, with a resolution of
    /// milliseconds. Less than one and a half election timeouts is raised to that: a leader may be missing for so long.
    /// </param>
    /// <param name="id">The id, positive; 0 lets the store choose one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lease.</returns>
    /// <exception cref="InvalidRequestException">The time to live is out of range, or the id is negative.</exception>
    /// <exception cref="LeaseExistsException">The id is in use.</exception>
    ValueTask<LeaseGrant> GrantAsync(
        TimeSpan timeToLive, long id = 0, CancellationToken cancellationToken = default);

    /// <summary>Renews a lease: its time to live begins anew.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The time to live. It counts from before this call, not from its completion.</returns>
    /// <exception cref="InvalidRequestException">The id is not positive.</exception>
    /// <exception cref="LeaseNotFoundException">There is no such lease.</exception>
    ValueTask<TimeSpan> KeepAliveAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Revokes a lease and deletes its keys: up to 1,024 in one revision, more in pieces of that
    /// size.</summary>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Ends the wait. The keys are deleted all the same once the revocation has begun.
    /// </param>
    /// <exception cref="InvalidRequestException">The id is not positive.</exception>
    /// <exception cref="LeaseNotFoundException">There is no such lease.</exception>
    ValueTask RevokeAsync(long id, CancellationToken cancellationToken = default);

    /// <summary>Returns what is left of a lease, linearizably.</summary>
    /// <param name="id">The id.</param>
    /// <param name="includeKeys">Whether to return the keys that are attached to it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidRequestException">The id is not positive.</exception>
    /// <exception cref="LeaseNotFoundException">There is no such lease.</exception>
    ValueTask<LeaseStatus> TimeToLiveAsync(
        long id, bool includeKeys = false, CancellationToken cancellationToken = default);

    /// <summary>Returns the ids of all leases, ascending, linearizably.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<long>> ListAsync(CancellationToken cancellationToken = default);
}
