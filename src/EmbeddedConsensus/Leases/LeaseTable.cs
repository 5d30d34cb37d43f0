namespace EmbeddedConsensus.Leases;

/// <summary>
/// The leases and the keys that are attached to them: replicated state, and beside it, for each lease, when it expires
/// by this member's clock.
/// </summary>
/// <remarks>
/// <para>Every member counts a lease's time from when it applied the grant or the renewal, which is later than when the
/// holder sent it. So whichever member leads, it finds a lease expired no earlier than the holder does, whatever the
/// leaders before it knew. No clock decides what an entry does: an expiry names the renewal that it was decided by
/// (<see cref="LeaseMark"/>), and does nothing if another one was applied before it.</para>
/// <para>For one thread.</para>
/// </remarks>
internal sealed class LeaseTable : IDisposable
{
    private const long MicrosPerMilli = 1_000;

    private readonly SlotArray<Lease> _leases = new();
    private readonly Dictionary<long, int> _slots = [];
    private readonly Queue<int> _ending = new();
    private readonly ExpiryWheel _wheel;
    private long _renewals;

    /// <summary>A table without leases.</summary>
    public LeaseTable()
    {
        _wheel = new ExpiryWheel(_leases);
        Keys = new LeasedKeys(_leases);
    }

    /// <summary>The attached keys.</summary>
    public LeasedKeys Keys { get; }

    /// <summary>How many leases there are, including those of which only keys are left.</summary>
    public int Count => _slots.Count;

    /// <summary>The slots that a lease may be in are those from 1 to here.</summary>
    public int LastSlot => _leases.LastSlot;

    /// <summary>The number of the last grant, renewal or end.</summary>
    public long Renewals => _renewals;

    /// <summary>The time by this member's clock, in microseconds.</summary>
    public long Now { get; private set; }

    /// <summary>Whether there are leases of which only keys are left.</summary>
    public bool HasEnding => _ending.Count > 0;

    /// <summary>The lease in a slot.</summary>
    public ref readonly Lease this[int slot] => ref _leases[slot];

    /// <summary>Observes the clock. It must be read after an entry was received, and before it is applied: an earlier
    /// reading may be older than the sending of a renewal.</summary>
    /// <param name="micros">The time since a fixed moment after the table was made, in microseconds.</param>
    public void ObserveClock(long micros) => Now = Math.Max(Now, micros);

    /// <summary>The slot of a lease that lives; 0 if there is none of that id.</summary>
    public int Find(long id) =>
        _slots.TryGetValue(id, out int slot) && !_leases[slot].IsEnding ? slot : 0;

    /// <summary>Whether an id is in use, be it by a lease of which only keys are left.</summary>
    public bool IsUsed(long id) => _slots.ContainsKey(id);

    /// <summary>Grants a lease whose id is not in use.</summary>
    public void Grant(long id, long timeToLive) =>
        Add(new LeaseRecord(id, timeToLive, timeToLive, ++_renewals, IsEnding: false));

    /// <summary>Lets the whole time to live of a lease begin anew.</summary>
    /// <param name="slot">The lease.</param>
    public void Renew(int slot)
    {
        ref Lease lease = ref _leases[slot];
        lease.Renewal = ++_renewals;
        lease.Remaining = lease.TimeToLive;

        // Later than before, or as late: the wheel finds out when the old deadline comes.
        lease.Deadline = Math.Max(lease.Deadline, Now + (lease.TimeToLive * MicrosPerMilli));
    }

    /// <summary>Notes what was left of a lease's time, unless it was renewed since. Called with what the leader counted
    /// before, it can bring this member's deadline forward, but not to before the leader's.</summary>
    public void Checkpoint(in LeaseMark mark)
    {
        int slot = Find(mark.Id);
        if (slot == 0 || _leases[slot].Renewal != mark.Renewal || _leases[slot].Remaining <= mark.Remaining)
        {
            return;
        }

        ref Lease lease = ref _leases[slot];
        lease.Remaining = mark.Remaining;
        long deadline = Now + (mark.Remaining * MicrosPerMilli);
        if (deadline < lease.Deadline)
        {
            _wheel.Remove(slot);
            lease.Deadline = deadline;
            _wheel.Add(slot);
        }
    }

    /// <summary>Ends a lease that has expired, unless it was renewed since.</summary>
    public void Expire(in LeaseMark mark)
    {
        int slot = Find(mark.Id);
        if (slot != 0 && _leases[slot].Renewal == mark.Renewal)
        {
            End(slot);
        }
    }

    /// <summary>Ends a lease that lives. It stays until all its keys are deleted.</summary>
    public void End(int slot)
    {
        ref Lease lease = ref _leases[slot];
        lease.IsEnding = true;
        lease.Renewal = ++_renewals;
        _wheel.Remove(slot);
        _ending.Enqueue(slot);
    }

    /// <summary>The lease that ended first of those of which keys are left.</summary>
    public bool TryPeekEnding(out int slot) => _ending.TryPeek(out slot);

    /// <summary>Removes the lease that ended first. Its keys are detached.</summary>
    public void RemoveEnding()
    {
        int slot = _ending.Dequeue();
        if (_leases[slot].KeyCount != 0)
        {
            throw new InvariantViolationException($"Lease {_leases[slot].Id} is removed before its keys.");
        }

        _slots.Remove(_leases[slot].Id);
        _leases.Free(slot);
    }

    /// <summary>What is left of a lease's time by this member's clock, in milliseconds, rounded up; at least
    /// 0.</summary>
    public long RemainingOf(int slot) =>
        Math.Max(0, (_leases[slot].Deadline - Now + MicrosPerMilli - 1) / MicrosPerMilli);

    /// <summary>Lets the leases whose deadline has come become due.</summary>
    /// <param name="maxMoves">How many leases to look at; the rest is left to the next call.</param>
    /// <returns>Whether that is all.</returns>
    public bool Advance(int maxMoves) => _wheel.Advance(Now, maxMoves);

    /// <summary>Finds leases that have expired, among those that are due.</summary>
    /// <param name="marks">Receives them.</param>
    /// <param name="max">How many at most.</param>
    /// <param name="maxMoves">How many leases, renewed since they became due, to look at on the way.</param>
    /// <returns>Whether there are no more.</returns>
    public bool FindExpired(List<LeaseMark> marks, int max, int maxMoves)
    {
        int slot = _wheel.FirstDue;
        while (slot != 0 && marks.Count < max && maxMoves > 0)
        {
            ref Lease lease = ref _leases[slot];
            int next = lease.Next;
            if (lease.Deadline <= Now)
            {
                marks.Add(new LeaseMark(lease.Id, lease.Renewal, Remaining: 0));
            }
            else
            {
                maxMoves--;
                _wheel.Remove(slot);
                _wheel.Add(slot);
            }

            slot = next;
        }

        return slot == 0;
    }

    /// <summary>The replicated part of every lease, in no order.</summary>
    public LeaseRecord[] Copy()
    {
        LeaseRecord[] records = new LeaseRecord[_slots.Count];
        int count = 0;
        for (int slot = 1; slot <= _leases.LastSlot; slot++)
        {
            ref Lease lease = ref _leases[slot];
            if (lease.Id != 0)
            {
                records[count++] = new LeaseRecord(
                    lease.Id, lease.TimeToLive, lease.Remaining, lease.Renewal, lease.IsEnding);
            }
        }

        return records;
    }

    /// <summary>Brings back the leases of a snapshot into an empty table.</summary>
    /// <param name="renewals">The number of the last grant, renewal or end.</param>
    /// <param name="records">The leases.</param>
    public void Restore(long renewals, IEnumerable<LeaseRecord> records)
    {
        // Leases ended in the order of these numbers.
        foreach (LeaseRecord record in records.OrderBy(record => record.Renewal))
        {
            Add(record);
        }

        _renewals = renewals;
    }

    /// <summary>Brings back an attached key of a snapshot. The keys of a lease come in the order of their mod
    /// revisions.</summary>
    /// <returns>Whether there is such a lease.</returns>
    public bool TryRestoreKey(ReadOnlySpan<byte> key, long lease)
    {
        if (!_slots.TryGetValue(lease, out int slot))
        {
            return false;
        }

        Keys.Attach(key, slot);
        return true;
    }

    /// <summary>Goes by another clock: the one of a replica that this table becomes a part of. What is left of each
    /// lease's time begins now.</summary>
    public void BeginClock(long micros)
    {
        Now = micros;
        for (int slot = 1; slot <= _leases.LastSlot; slot++)
        {
            ref Lease lease = ref _leases[slot];
            if (lease.List != 0)
            {
                _wheel.Remove(slot);
                lease.Deadline = Now + (lease.Remaining * MicrosPerMilli);
                _wheel.Add(slot);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => Keys.Dispose();

    private void Add(in LeaseRecord record)
    {
        if (_leases.Count == 0)
        {
            // An empty wheel arrives at once, however long nothing turned it.
            _wheel.Advance(Now, maxMoves: 0);
        }

        int slot = _leases.Add(new Lease
        {
            Id = record.Id,
            TimeToLive = record.TimeToLive,
            Remaining = record.Remaining,
            Renewal = record.Renewal,
            IsEnding = record.IsEnding,
            Deadline = Now + (record.Remaining * MicrosPerMilli),
        });
        _slots.Add(record.Id, slot);
        if (record.IsEnding)
        {
            _ending.Enqueue(slot);
        }
        else
        {
            _wheel.Add(slot);
        }
    }
}
