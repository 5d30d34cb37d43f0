namespace EmbeddedConsensus.Leases;

/// <summary>A lease in a <see cref="LeaseTable"/>. All but <see cref="Deadline"/> and the links is replicated
/// state.</summary>
internal struct Lease
{
    /// <summary>The id, positive; 0 in a free slot.</summary>
    public long Id;

    /// <summary>The time to live that was granted, in milliseconds.</summary>
    public long TimeToLive;

    /// <summary>The time to live that was left at the last checkpoint since the last renewal, in milliseconds; the
    /// granted one if there was none.</summary>
    public long Remaining;

    /// <summary>The number of the grant or renewal that the lease lives by. No two of a table are equal, so what was
    /// decided by an older one is recognized.</summary>
    public long Renewal;

    /// <summary>When the lease expires by this member's clock, in microseconds. Never earlier than by the clock of the
    /// holder, which counts from before it sent the renewal.</summary>
    public long Deadline;

    /// <summary>Whether the lease has ended and the rest of its keys is still to be deleted.</summary>
    public bool IsEnding;

    /// <summary>The first of the attached keys, in the order of their last change; 0 if there is none.</summary>
    public int FirstKey;

    /// <summary>The last of the attached keys.</summary>
    public int LastKey;

    /// <summary>How many keys are attached.</summary>
    public int KeyCount;

    /// <summary>The list of the <see cref="ExpiryWheel"/> that the lease is in, plus one; 0 if none.</summary>
    public int List;

    /// <summary>The lease before this one in that list.</summary>
    public int Previous;

    /// <summary>The lease after this one in that list.</summary>
    public int Next;
}
