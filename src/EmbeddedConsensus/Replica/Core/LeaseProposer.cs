using EmbeddedConsensus.Leases;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>Makes proposals of what <see cref="LeaseExpiry"/> decides, one at a time. For the thread that applies.
/// </summary>
/// <param name="options">The times and bounds.</param>
internal sealed class LeaseProposer(LeaseExpiryOptions options)
{
    private readonly LeaseExpiry _expiry = new(options);
    private volatile bool _isUnderWay;

    /// <summary>Whether to look again at once.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Looks for work.</summary>
    /// <param name="table">The leases, with the clock observed.</param>
    /// <param name="leads">Whether this member leads, as far as it knows.</param>
    /// <returns>A proposal to submit; null when there is nothing to do, or one is under way.</returns>
    public LeaseProposal? Next(LeaseTable table, bool leads)
    {
        HasMore = false;
        if (_isUnderWay)
        {
            return null;
        }

        LeaseWork work = _expiry.Next(table, leads);
        if (work == LeaseWork.None)
        {
            HasMore = _expiry.HasMore;
            return null;
        }

        _isUnderWay = true;
        return new LeaseProposal(
            work == LeaseWork.Expire
                ? new LeaseExpireOperation([.. _expiry.Marks])
                : new LeaseCheckpointOperation([.. _expiry.Marks]),
            () => _isUnderWay = false);
    }
}
