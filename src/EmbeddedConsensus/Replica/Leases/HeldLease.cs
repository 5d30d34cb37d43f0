using EmbeddedConsensus.Leases;

namespace EmbeddedConsensus.Replica;

/// <summary>A lease that <see cref="LeaseRenewals"/> renews.</summary>
internal sealed class HeldLease : LeaseHandle
{
    private const long MaxRetryMicros = 50_000;
    private const long MaxAheadMicros = 25_000;

    private readonly ILeaseManager _leases;
    private readonly LeaseRenewals _renewals;
    private readonly LeaseTerm _term;
    private readonly CancellationTokenSource _lost = new();
    private long _confirmed;
    private int _isLost;

    /// <summary>A lease that was granted.</summary>
    /// <param name="leases">Revokes it.</param>
    /// <param name="grant">The grant.</param>
    /// <param name="renewals">Renews it.</param>
    /// <param name="sentAt">When the grant was sent, by the clock of <paramref name="renewals"/>.</param>
    public HeldLease(ILeaseManager leases, LeaseGrant grant, LeaseRenewals renewals, long sentAt)
        : base(grant.Id, grant.TimeToLive)
    {
        _leases = leases;
        _renewals = renewals;
        _term = new LeaseTerm((long)grant.TimeToLive.TotalMilliseconds, renewals.MaxClockDrift);
        _confirmed = sentAt;
        RenewAt = sentAt + _term.RenewalMicros;
    }

    /// <inheritdoc />
    public override bool IsHeld => Volatile.Read(ref _isLost) == 0 && _renewals.Now < LostAt;

    /// <inheritdoc />
    public override CancellationToken Lost => _lost.Token;

    /// <summary>When the lease is lost, unless a renewal succeeds before.</summary>
    public long LostAt => _term.LostAt(Volatile.Read(ref _confirmed));

    /// <summary>When the next renewal is to be sent; for the thread of the renewals.</summary>
    public long RenewAt { get; private set; }

    /// <summary>By how much a renewal may be sent ahead of time, in microseconds.</summary>
    public long AheadMicros => Math.Min(_term.RenewalMicros / 8, MaxAheadMicros);

    /// <summary>Whether a renewal is under way; for the thread of the renewals.</summary>
    public bool IsRenewing { get; private set; }

    /// <summary>Whether the lease is lost.</summary>
    public bool IsLost => Volatile.Read(ref _isLost) != 0;

    /// <summary>A renewal is about to be sent.</summary>
    public void Sending() => IsRenewing = true;

    /// <summary>A renewal was applied.</summary>
    /// <param name="sentAt">When it was sent.</param>
    public void Renewed(long sentAt)
    {
        IsRenewing = false;
        Volatile.Write(ref _confirmed, sentAt);
        RenewAt = sentAt + _term.RenewalMicros;
    }

    /// <summary>A renewal has failed, or its outcome is unknown.</summary>
    /// <param name="now">The time.</param>
    public void RenewalFailed(long now)
    {
        IsRenewing = false;
        RenewAt = now + Math.Min(_term.RenewalMicros / 4, MaxRetryMicros);
    }

    /// <summary>The lease is no longer held.</summary>
    public void Lose()
    {
        if (Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            _renewals.Cancel(_lost);
        }
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        bool wasHeld = !IsLost;

        // Before the revocation is sent: from then on others may see the end of the lease.
        Lose();
        _renewals.Remove(this);
        if (!wasHeld)
        {
            return;
        }

        try
        {
            await _leases.RevokeAsync(Id, _renewals.Stopped).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ConsensusStoreException or OperationCanceledException)
        {
            // It expires by itself.
        }
    }
}
