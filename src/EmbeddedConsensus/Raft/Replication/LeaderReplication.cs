namespace EmbeddedConsensus.Raft;

/// <summary>How a leader replicates its log to the peers (Raft paper, section 5.3; dissertation, section 10.2.1 for the
/// write beside the messages).</summary>
internal sealed class LeaderReplication(
    RaftState state,
    Outbox outbox,
    Commitment commitment,
    SnapshotTransmission transmission,
    MembershipNotices notices)
{
    /// <summary>Sends every peer what it needs, as far as its window allows.</summary>
    public void SendAppends()
    {
        foreach (Progress peer in state.Tracker.All)
        {
            if (peer.Id == state.Id)
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

    /// <summary>Records that heartbeats were sent: their answers look for lost acknowledgements.</summary>
    public void HeartbeatsSent()
    {
        foreach (Progress peer in state.Tracker.All)
        {
            peer.HeartbeatSent();
            transmission.Tick(peer);
        }
    }

    /// <summary>Handles the answer to an append.</summary>
    /// <param name="peer">The sender.</param>
    /// <param name="message">A <see cref="RaftMessageType.AppendResponse"/> of the current term.</param>
    /// <exception cref="InvariantViolationException">The peer acknowledges what this log does not hold.</exception>
    public void StepAppendResponse(Progress peer, in RaftMessage message)
    {
        peer.FormatVersion = message.FormatVersion == 0 ? peer.FormatVersion : message.FormatVersion;
        if (message.Reject)
        {
            StepRejection(peer, message);
            return;
        }

        if (message.Context < peer.CountsFromLife)
        {
            return;
        }

        if (message.Index > state.Log.LastIndex)
        {
            throw new InvariantViolationException(
                $"Member {peer.Id} acknowledged entry {message.Index}; this leader's log ends at "
                + $"{state.Log.LastIndex}.");
        }

        bool isNews = peer.Acknowledge(message.Index);
        if (peer.State == ProgressState.Snapshot && peer.Match >= peer.Transfer!.Snapshot.Position.Index)
        {
            // What was written while the snapshot travelled is what the peer needs next.
            peer.CatchUpTarget = state.Log.LastIndex;
        }

        switch (peer.State)
        {
            case ProgressState.Probe when message.Index == peer.Match:
                peer.BecomeReplicate();
                break;
            case ProgressState.Snapshot when peer.Match >= state.Log.Start.Index:
                peer.BecomeReplicate();
                break;
            case ProgressState.Snapshot when peer.Match >= peer.Transfer!.Snapshot.Position.Index:
                // It has that one, and the log was compacted beyond it in the meantime: the next one is due.
                peer.BecomeProbe(peer.Match + 1);
                break;
            case ProgressState.Replicate:
                peer.Inflights.FreeThrough(message.Index);
                break;
        }

        if (isNews)
        {
            commitment.AdvanceByQuorum();
        }
    }

    /// <summary>Forgets what a member acknowledged that may have lost it (<see cref="TailDoubt"/>).</summary>
    /// <param name="message">A <see cref="RaftMessageType.ReadIndex"/>, with a mark if its sender is in doubt.</param>
    public void StepDoubt(in RaftMessage message)
    {
        if (message.Reject && state.IsLeader && state.Tracker.FindPeer(message.From) is { } peer)
        {
            peer.ForgetEarlierLives(message.Index, state.Log.LastIndex + 1);
        }
    }

    /// <summary>Sends the entries that were read for a peer.</summary>
    /// <param name="result">The entries, or that they are gone. A read that no peer waits for any more changes nothing.
    /// </param>
    /// <exception cref="InvariantViolationException">They are not the entries of this log.</exception>
    public void LogReadCompleted(in LogReadResult result)
    {
        if (!state.IsLeader || FindReader(result.Id) is not { } peer)
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

        if (peer.Next <= state.Log.Start.Index)
        {
            // Compacted in the meantime: the next drain begins a snapshot.
            return;
        }

        long bytes = CheckRead(peer, result.Entries.Span);
        SendAppend(peer, result.Entries, bytes);
    }

    /// <summary>Sends the next entries that a peer needs, or sees to it that they can be sent.</summary>
    /// <returns>Whether there may be more to send.</returns>
    private bool TrySendEntries(Progress peer)
    {
        if (peer.State == ProgressState.Snapshot)
        {
            return false;
        }

        if (peer.Next <= state.Log.Start.Index)
        {
            transmission.Begin(peer);
            return false;
        }

        if (peer.IsPaused || peer.Next > state.Log.LastIndex)
        {
            return false;
        }

        if (peer.Next <= state.Log.CacheStart)
        {
            // A probe asks whether the logs agree and needs no entries for it, so it is no reason to read the disk.
            if (peer.State == ProgressState.Replicate)
            {
                ReadForPeer(peer);
            }

            return false;
        }

        ReadOnlyMemory<LogEntry> entries = state.Log.Slice(peer.Next, state.Options.MaxMessageBytes, out long bytes);
        SendAppend(peer, entries, bytes);
        return true;
    }

    /// <summary>Whether an append without entries is due: to probe, to look for lost answers, or to report the commit
    /// index.</summary>
    private bool IsEmptyAppendDue(Progress peer) => peer.State switch
    {
        ProgressState.Probe => !peer.IsPaused && peer.Next > state.Log.Start.Index,
        ProgressState.Replicate => peer.Next > state.Log.Start.Index && peer.PendingLogRead == 0
            && (peer.WindowCheck == WindowCheck.Due || Math.Min(state.Log.Commit, peer.Next - 1) > peer.SentCommit),
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

        outbox.Send(state.MessageTo(peer.Id, RaftMessageType.Append) with
        {
            Index = previous, LogTerm = state.TermOf(previous), Commit = state.Log.Commit, Entries = entries,
        });
        peer.Sent(entries.Length, bytes, state.Log.Commit);
    }

    private void ReadForPeer(Progress peer)
    {
        peer.PendingLogRead = outbox.NextReadId();
        outbox.Gathering.LogReads.Add(new LogReadEffect(
            peer.PendingLogRead, peer.Id, peer.Next, Math.Min(state.Log.CacheStart, state.Log.LastIndex),
            state.Options.MaxMessageBytes));
    }

    private void StepRejection(Progress peer, in RaftMessage message)
    {
        if (message.Context == RejectionContext.TermOnly || notices.RefuseLostDisk(peer, message))
        {
            return;
        }

        // Where the peer's log has a lower term than ours, no entry of ours with a greater term can agree.
        ulong agreement = message.LogTerm == 0
            ? message.RejectHint
            : state.Log.FindAgreement(message.RejectHint, message.LogTerm).Index;
        peer.Reject(message.Index, agreement);
    }

    private Progress? FindReader(ulong readId)
    {
        foreach (Progress peer in state.Tracker.All)
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
            if (entry.Index != index || !state.Log.Matches(entry.Position))
            {
                throw new InvariantViolationException(
                    $"The log storage gave entry {entry.Index} of term {entry.Term} where entry {index} of term "
                    + $"{state.Log.TermAt(index)} was expected.");
            }

            bytes += entry.Size;
            index++;
        }

        return bytes;
    }
}
