namespace EmbeddedConsensus.Raft;

/// <summary>What the driver reports about effects that it carried out.</summary>
internal sealed partial class RaftNode
{
    /// <summary>Pages handed out and not yet applied.</summary>
    private const int MaxPages = 8;

    /// <summary>The entries of a page that has to be read from disk, as their size is not known here.</summary>
    private const ulong MaxUnreadEntries = 4096;

    private readonly Queue<(ulong LastIndex, long Bytes)> _pages = new();
    private long _pageBytes;

    /// <summary>Reports that an append is durable. Appends complete in the order of their ids.</summary>
    /// <param name="appendId">The append.</param>
    /// <exception cref="InvariantViolationException">It is not the oldest one that is under way.</exception>
    public void AppendCompleted(ulong appendId)
    {
        (ulong stable, ulong ownVoteTerm) = _appends.Complete(appendId, _gathering.Messages);
        _isPromiseDurable = true;
        if (stable > _log.Stable)
        {
            _log.StableTo(stable);
            if (_role == RaftRole.Leader && _tracker.Find(_options.Id) is { } self && self.Acknowledge(stable))
            {
                CommitByQuorum();
            }
        }

        if (ownVoteTerm == _term && _role == RaftRole.Candidate)
        {
            RecordVote(_options.Id, isGranted: true);
        }
    }

    /// <summary>Reports how far the state machine has applied. It may stop inside a page.</summary>
    /// <param name="index">The last applied index.</param>
    /// <exception cref="InvariantViolationException">The index was never handed out, or is below an earlier one.
    /// </exception>
    public void AppliedTo(ulong index)
    {
        _log.AppliedTo(index);
        while (_pages.TryPeek(out (ulong LastIndex, long Bytes) oldest) && oldest.LastIndex <= index)
        {
            _pages.Dequeue();
            _pageBytes -= oldest.Bytes;
        }

        ReleaseUnapplied(index);
    }

    /// <summary>Reports the entries of a <see cref="LogReadEffect"/>, or that they are gone. A read that nobody waits
    /// for any more changes nothing.</summary>
    /// <param name="result">The entries.</param>
    public void LogReadCompleted(LogReadResult result)
    {
        if (_role != RaftRole.Leader || FindLogReader(result.Id) is not { } peer)
        {
            return;
        }

        peer.PendingLogRead = 0;
        if (result.Entries.IsEmpty)
        {
            // Compacted on disk. If the log's start has not moved by then, the next heartbeat tries again.
            peer.BecomeProbe(peer.Next);
            peer.IsProbePaused = true;
            return;
        }

        if (peer.Next <= _log.Start.Index)
        {
            // Compacted in the meantime: the next drain begins a snapshot.
            return;
        }

        long bytes = CheckRead(peer, result.Entries.Span);
        SendAppend(peer, result.Entries, bytes);
    }

    /// <summary>Forgets the log up to an index, in memory now and on disk by the next drain's
    /// <see cref="LogDropEffect"/>. An index that is already forgotten changes nothing. What a peer needs that is
    /// getting a snapshot, or was just given one, stays for a few calls more.</summary>
    /// <param name="throughIndex">The last index to forget.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is beyond the newest snapshot or what is applied.
    /// </exception>
    public void CompactLog(ulong throughIndex)
    {
        ulong limit = Math.Min(_newestSnapshot?.Position.Index ?? 0, _log.Applied);
        if (throughIndex > limit)
        {
            throw new ArgumentOutOfRangeException(
                nameof(throughIndex), throughIndex,
                $"The log can be compacted up to index {limit}: what a snapshot holds and is applied.");
        }

        throughIndex = KeepForSlowPeers(throughIndex);
        if (throughIndex > _log.Start.Index)
        {
            _log.CompactThrough(throughIndex);
            _history.CompactThrough(throughIndex);
            _logDrop = new LogDropEffect(_log.Start);
        }
    }

    private Progress? FindLogReader(ulong readId)
    {
        foreach (Progress peer in _tracker.All)
        {
            if (peer.PendingLogRead == readId && readId != 0)
            {
                return peer;
            }
        }

        return null;
    }

    private long CheckRead(Progress peer, ReadOnlySpan<LogEntry> entries)
    {
        long bytes = 0;
        ulong index = peer.Next;
        foreach (ref readonly LogEntry entry in entries)
        {
            if (entry.Index != index || !_log.Matches(entry.Position))
            {
                throw new InvariantViolationException(
                    $"The log storage gave entry {entry.Index} of term {entry.Term} where entry {index} of term "
                    + $"{_log.TermAt(index)} was expected.");
            }

            bytes += entry.Size;
            index++;
        }

        return bytes;
    }

    private void CollectPages()
    {
        while (!IsInstallingSnapshot && _pages.Count < MaxPages && _pageBytes < 2 * _options.MaxApplyBytes)
        {
            if (_log.NextPage(_options.MaxApplyBytes, MaxUnreadEntries, out long bytes) is not { } page)
            {
                return;
            }

            _pages.Enqueue((page.LastIndex, bytes));
            _pageBytes += bytes;
            _gathering.Applies.Add(page);
        }
    }
}
