namespace EmbeddedConsensus.Leases;

/// <summary>
/// Decides at the leader which leases have expired and which need a checkpoint. One proposal is under way at a time, of
/// bounded size, so a mass of leases that expire together shares the log with the other writes.
/// </summary>
/// <remarks>A member that wrongly believes that it leads does no harm: what it proposes is bound to the renewals that
/// it has applied.</remarks>
/// <param name="options">The times and bounds.</param>
internal sealed class LeaseExpiry(LeaseExpiryOptions options)
{
    private readonly List<LeaseMark> _marks = [];
    private bool _leads;
    private long _expiresFrom;
    private long _nextScan;
    private int _scanned;

    /// <summary>The leases that the work is about.</summary>
    public IReadOnlyList<LeaseMark> Marks => _marks;

    /// <summary>Whether there is more to look at before the clock moves on.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Looks for work.</summary>
    /// <param name="table">The leases, with the clock observed.</param>
    /// <param name="leads">Whether this member believes that it leads.</param>
    /// <returns>What to propose now; it is about <see cref="Marks"/>.</returns>
    public LeaseWork Next(LeaseTable table, bool leads)
    {
        _marks.Clear();
        HasMore = false;
        if (leads && !_leads)
        {
            _expiresFrom = table.Now + options.GraceMicros;
            _nextScan = table.Now + options.CheckpointMicros;
        }

        // At every member, so that one that comes to lead has nothing to catch up with.
        _leads = leads;
        HasMore = !table.Advance(options.MaxMoves);
        if (!leads)
        {
            return LeaseWork.None;
        }

        if (table.Now >= _expiresFrom)
        {
            HasMore |= !table.FindExpired(_marks, options.MaxMarks, options.MaxMoves);
        }

        return _marks.Count > 0 || table.HasEnding ? LeaseWork.Expire
            : FindCheckpoints(table) ? LeaseWork.Checkpoint
            : LeaseWork.None;
    }

    private bool FindCheckpoints(LeaseTable table)
    {
        if (table.Now < _nextScan)
        {
            return false;
        }

        int end = Math.Min(_scanned + options.MaxMoves, table.LastSlot);
        while (_scanned < end && _marks.Count < options.MaxMarks)
        {
            AddIfDue(table, ++_scanned);
        }

        if (_scanned < table.LastSlot)
        {
            HasMore = true;
        }
        else
        {
            _scanned = 0;
            _nextScan = table.Now + (options.CheckpointMicros / 2);
        }

        return _marks.Count > 0;
    }

    private void AddIfDue(LeaseTable table, int slot)
    {
        ref readonly Lease lease = ref table[slot];
        long remaining = table.RemainingOf(slot);
        if (lease.Id != 0 && !lease.IsEnding && remaining > 0
            && (lease.Remaining - remaining) * 1_000 >= options.CheckpointMicros)
        {
            _marks.Add(new LeaseMark(lease.Id, lease.Renewal, remaining));
        }
    }
}
