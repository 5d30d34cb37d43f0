namespace EmbeddedConsensus.Raft;

/// <summary>Drops the prefix of the log that a snapshot covers, in memory at once and on disk with the next drain (Raft
/// paper, section 7).</summary>
internal sealed class LogCompaction(
    RaftState state, AppendPipeline appends, NewestSnapshot newest, MembershipView membership)
{
    /// <summary>How many times in a row the log that a peer needs after its snapshot is retained. The log is compacted
    /// when as much has been written as a snapshot is long, so what is retained is bounded by as many snapshots.
    /// </summary>
    private const int MaxSparedCompactions = 4;

    private int _sparedCompactions;
    private LogDropEffect? _due;
    private bool _isLogReset;

    /// <summary>Forgets the log up to an index, but for the entries that a peer needs that is receiving a snapshot.
    /// </summary>
    /// <param name="throughIndex">The last index to forget. One that is already forgotten changes nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is beyond the newest snapshot or what is applied.</exception>
    public void CompactThrough(ulong throughIndex)
    {
        ulong limit = Math.Min(newest.Index, state.Log.Applied);
        if (throughIndex > limit)
        {
            throw new ArgumentOutOfRangeException(
                nameof(throughIndex), throughIndex,
                $"The log can be compacted up to index {limit}: what a snapshot holds and is applied.");
        }

        throughIndex = KeepForSlowPeers(throughIndex);
        if (throughIndex > state.Log.Start.Index)
        {
            state.Log.CompactThrough(throughIndex);
            membership.CompactThrough(throughIndex);
            _due = new LogDropEffect(state.Log.Start);
        }
    }

    /// <summary>Drops the whole log, which was reset to an installed snapshot.</summary>
    public void DropForSnapshot()
    {
        _due = new LogDropEffect(state.Log.Start);
        _isLogReset = true;
        appends.RequireBarrier();
    }

    /// <summary>Takes the drop that is due with this drain.</summary>
    /// <returns>Whether entries may be appended in the same drain: those after an installed snapshot may only be
    /// written after the drop.</returns>
    public bool TakeDue(out LogDropEffect? due)
    {
        due = _due;
        _due = null;
        bool mayAppend = !_isLogReset;
        _isLogReset = false;
        return mayAppend;
    }

    /// <summary>Retains the log entries needed by peers that are receiving a snapshot, or received one and catch up.
    /// Otherwise a snapshot that takes longer to send than the next one to be written is followed by another one,
    /// forever.</summary>
    private ulong KeepForSlowPeers(ulong throughIndex)
    {
        ulong needed = throughIndex;
        if (state.IsLeader)
        {
            foreach (Progress peer in state.Tracker.All)
            {
                bool isThere = state.IsHeard(peer);
                if (isThere && peer.Match < peer.CatchUpTarget)
                {
                    needed = Math.Min(needed, Math.Max(peer.Match, peer.Transfer?.Snapshot.Position.Index ?? 0));
                }
            }
        }

        if (needed < throughIndex && _sparedCompactions < MaxSparedCompactions)
        {
            _sparedCompactions++;
            return needed;
        }

        _sparedCompactions = 0;
        return throughIndex;
    }
}
