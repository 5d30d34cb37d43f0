namespace EmbeddedConsensus;

/// <summary>How a linearizable read is confirmed: how the leader knows, when it answers, that no other member leads.
/// </summary>
public enum LinearizableReadMode
{
    /// <summary>The leader asks a majority, once for all reads that wait (Ongaro's dissertation, section 6.4). Correct
    /// whatever the clocks do.</summary>
    QuorumRound = 0,

    /// <summary>
    /// Heartbeats give the leader a lease: a member that answers one votes for no other for an election timeout, and
    /// reads that arrive before that is over are answered without asking (section 6.4.1). The lease is shorter than an
    /// election timeout by a tick and by <see cref="ConsensusStoreOptions.MaxClockDrift"/>, and is renewed by every
    /// heartbeat. Without a lease a read asks a majority as usual: at the beginning of a leader's term, after a change
    /// of the membership, after an attempt to hand leadership over, and when a majority has not answered for long.
    /// </summary>
    /// <remarks>
    /// <para><b>The assumption.</b> The rates of any two members' monotonic clocks (those of
    /// <see cref="TimeProvider.GetTimestamp"/>) differ by at most <see cref="ConsensusStoreOptions.MaxClockDrift"/>.
    /// The time of day may jump, and a process may be paused for any time: the clock of a paused process goes
    /// on.</para>
    /// <para><b>What it does not cover.</b> A clock that stops while its machine does: a virtual machine that is
    /// suspended, snapshotted and resumed, or migrated live for longer than the margin, and a computer that sleeps. Its
    /// leader finds its lease still good and can answer with outdated data until the lease ends. Use
    /// <see cref="QuorumRound"/> there. Clocks slewed by the operating system are far within the default.</para>
    /// <para>A member whose <see cref="ConsensusStoreOptions.ElectionTimeout"/> is shorter than the leader's, or whose
    /// version knows no leases, counts for no lease, so without a majority of the others reads ask a majority.</para>
    /// </remarks>
    LeaderLease = 1,
}
