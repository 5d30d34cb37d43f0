namespace EmbeddedConsensus;

/// <summary>A lease that is held: it is renewed in the background until it is disposed or lost.</summary>
/// <remarks>Renewals are sent by a thread of the store's own, a third of the time to live after the last one, whatever
/// the app's thread pool is busy with.</remarks>
public abstract class LeaseHandle : IAsyncDisposable
{
    private protected LeaseHandle(long id, TimeSpan timeToLive)
    {
        Id = id;
        TimeToLive = timeToLive;
    }

    /// <summary>The id, for <see cref="PutOptions.Lease"/>.</summary>
    public long Id { get; }

    /// <summary>The time to live that was granted.</summary>
    public TimeSpan TimeToLive { get; }

    /// <summary>Whether the lease is held at this moment, by the clock: false at once in a process that was paused for
    /// too long, and before any other member could see the lease expired.</summary>
    public abstract bool IsHeld { get; }

    /// <summary>Cancelled when the lease is lost, and before any other member could see it expired: when no renewal
    /// that was sent within the time to live, less <see cref="ConsensusStoreOptions.MaxClockDrift"/>, is known to have
    /// succeeded, when the lease was revoked, and when the handle is disposed or the store stops. A process that is
    /// paused learns of it as soon as it runs again. Callbacks run on the thread pool.</summary>
    public abstract CancellationToken Lost { get; }

    /// <summary>Ends the renewals and revokes the lease. If the revocation fails, the lease expires.</summary>
    public abstract ValueTask DisposeAsync();
}
