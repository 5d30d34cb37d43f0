namespace EmbeddedConsensus.Raft;

/// <summary>How a leader replicates and commits (Raft paper, sections 5.3 and 5.4.2; dissertation, section 10.2.1 for
/// the write beside the messages).</summary>
internal sealed partial class RaftNode
{
    private ulong _lastReadId;

    /// <summary>Tells that messages to a member may have been lost, so that the window is given up at once instead of
    /// with the next heartbeats.</summary>
    /// <param name="peer">The member; one that is not known changes nothing.</param>
    public void PeerUnreachable(MemberId peer)
    {
        if (_role != RaftRole.Leader || peer == _options.Id || _tracker.FindPeer(peer) is not { } progress)
        {
            return;
        }

        if (progress.State == ProgressState.Replicate)
        {
            progress.BecomeProbe(progress.Match + 1);

            // The answer to a heartbeat shows that it is back; probing before that would only be lost again.
            progress.IsProbePaused = true;
        }
        else if (progress.Transfer is { } transfer)
        {
            transfer.IsAsking = true;
        }
    }

    private void SendAppends()
    {
        foreach (Progress peer in _tracker.All)
        {
            if (peer.Id == _options.Id)
            {
                continue;
            }

            while (TrySendEntries(peer))
            {
            }

            if (IsEmptyAppendDue(peer))
            {
                SendAppend(peer, default, 0);
            }
        }
    }

    /// <summary>Sends the next entries that a peer needs, or sees to it that they can be sent.</summary>
    /// <returns>Whether there may be more to send.</returns>
    private bool TrySendEntries(Progress peer)
    {
        if (peer.State == ProgressState.Snapshot)
        {
            return false;
        }

        if (peer.Next <= _log.Start.Index)
        {
            BeginTransfer(peer);
            return false;
        }

        if (peer.IsPaused || peer.Next > _log.LastIndex)
        {
            return false;
        }

        if (peer.Next <= _log.CacheStart)
        {
            // A probe asks whether the logs agree and needs no entries for it, so it is no reason to read the disk.
            if (peer.State == ProgressState.Replicate)
            {
                ReadForPeer(peer);
            }

            return false;
        }

        ReadOnlyMemory<LogEntry> entries = _log.Slice(peer.Next, _options.MaxMessageBytes, out long bytes);
        SendAppend(peer, entries, bytes);
        return true;
    }

    /// <summary>Whether an append without entries serves to probe, to look for lost answers, or to tell of the commit
    /// index.</summary>
    private bool IsEmptyAppendDue(Progress peer) => peer.State switch
    {
        ProgressState.Probe => !peer.IsPaused && peer.Next > _log.Start.Index,
        ProgressState.Replicate => peer.Next > _log.Start.Index && peer.PendingLogRead == 0
            && (peer.IsWindowCheckDue || Math.Min(_log.Commit, peer.Next - 1) > peer.SentCommit),
        _ => false,
    };

    private void SendAppend(Progress peer, ReadOnlyMemory<LogEntry> entries, long bytes)
    {
        ulong previous = peer.Next - 1;
        if (previous < peer.Match)
        {
            throw new InvariantViolationException(
                $"Entry {peer.Next} would be sent to member {peer.Id}, which holds everything up to {peer.Match}.");
        }

        Send(To(peer.Id, RaftMessageType.Append) with
        {
            Index = previous, LogTerm = TermOf(previous), Commit = _log.Commit, Entries = entries,
        });
        peer.Sent(entries.Length, bytes, _log.Commit);
    }

    private ulong TermOf(ulong index) =>
        _log.TermAt(index)
        ?? throw new InvariantViolationException(
            $"The term of entry {index} was asked for; the log holds ({_log.Start.Index}, {_log.LastIndex}].");

    private void ReadForPeer(Progress peer)
    {
        peer.PendingLogRead = ++_lastReadId;
        _gathering.LogReads.Add(new LogReadEffect(
            _lastReadId, peer.Id, peer.Next, Math.Min(_log.CacheStart, _log.LastIndex), _options.MaxMessageBytes));
    }

    private void TickHeartbeat()
    {
        SendHeartbeats();
        _isTimeoutNowSent = false;
        foreach (Progress peer in _tracker.All)
        {
            peer.IsWindowCheckArmed = true;
            TickTransfer(peer);
        }
    }

    private void SendHeartbeats()
    {
        ulong round = _options.UseReadLease ? BeginLeaseRound() : _rounds.OpenRound;
        foreach (Progress peer in _tracker.All)
        {
            if (peer.Id != _options.Id)
            {
                // Never beyond what the peer is known to hold: the rest of its log may still be another's.
                Send(To(peer.Id, RaftMessageType.Heartbeat) with
                {
                    Commit = Math.Min(peer.Match, _log.Commit), Context = round,
                });
            }
        }
    }

    private void StepAppendResponse(Progress peer, in RaftMessage message)
    {
        peer.FormatVersion = message.FormatVersion == 0 ? peer.FormatVersion : message.FormatVersion;
        if (message.Reject)
        {
            if (message.Context == TermOnly || RefuseLostDisk(peer, message))
            {
                return;
            }

            // Where the peer's log has a lower term than ours, no entry of ours with a greater term can agree.
            ulong agreement = message.LogTerm == 0
                ? message.RejectHint
                : _log.FindAgreement(message.RejectHint, message.LogTerm).Index;
            peer.Reject(message.Index, agreement);
            return;
        }

        if (message.Index > _log.LastIndex)
        {
            throw new InvariantViolationException(
                $"Member {peer.Id} acknowledged entry {message.Index}; this leader's log ends at {_log.LastIndex}.");
        }

        bool isNews = peer.Acknowledge(message.Index);
        if (peer.State == ProgressState.Snapshot && peer.Match >= peer.Transfer!.Metadata.Position.Index)
        {
            // What was written while the snapshot travelled is what the peer needs next.
            peer.CatchUpTarget = _log.LastIndex;
        }

        switch (peer.State)
        {
            case ProgressState.Probe when message.Index == peer.Match:
                peer.BecomeReplicate();
                break;
            case ProgressState.Snapshot when peer.Match >= _log.Start.Index:
                peer.BecomeReplicate();
                break;
            case ProgressState.Snapshot when peer.Match >= peer.Transfer!.Metadata.Position.Index:
                // It has that one, and the log was compacted beyond it in the meantime: the next one is due.
                peer.BecomeProbe(peer.Match + 1);
                break;
            case ProgressState.Replicate:
                peer.Inflights.FreeThrough(message.Index);
                break;
        }

        if (isNews)
        {
            CommitByQuorum();
        }
    }

    private void StepHeartbeatResponse(Progress peer, in RaftMessage message)
    {
        peer.IsProbePaused = false;
        if (peer.IsWindowCheckArmed)
        {
            peer.IsWindowCheckArmed = false;
            peer.IsWindowCheckDue = peer.State == ProgressState.Replicate && peer.Match + 1 < peer.Next;
        }

        ConfirmRounds(peer, message.Context);
        ConfirmLease(peer, message);
    }

    /// <summary>Commits what a quorum holds, if its last entry is of this term: entries of older terms are committed
    /// with one of this term, never by counting (Raft paper, figure 8).</summary>
    private void CommitByQuorum()
    {
        ulong index = _tracker.QuorumMatch();
        if (index > _log.Commit && TermOf(index) == _term)
        {
            _hasCommittedInTerm = true;
            AdvanceCommit(index);
        }
    }
}
