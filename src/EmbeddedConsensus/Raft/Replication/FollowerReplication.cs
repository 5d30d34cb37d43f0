namespace EmbeddedConsensus.Raft;

/// <summary>What a follower does with its leader's appends and heartbeats (Raft paper, section 5.3).</summary>
internal sealed class FollowerReplication(
    RaftState state,
    Outbox outbox,
    AppendPipeline appends,
    ElectionClock clock,
    Commitment commitment,
    MembershipView membership,
    MembershipNotices notices)
{
    /// <summary>Handles an append.</summary>
    /// <param name="message">A <see cref="RaftMessageType.Append"/> of the current term.</param>
    /// <exception cref="InvariantViolationException">Leader Completeness: the leader lacks a committed entry.
    /// </exception>
    public void StepAppend(in RaftMessage message)
    {
        ReadOnlySpan<LogEntry> entries = message.Entries.Span;
        if (!IsWellFormed(message, entries))
        {
            return;
        }

        if (IsDiskLost(entries))
        {
            notices.LeaveForLostDisk(message.From);
            return;
        }

        CheckCommitted(new LogPosition(message.Index, message.LogTerm));
        if (message.Index < state.Log.Commit)
        {
            // Delayed, or sent by a leader that does not know how far this node is.
            foreach (ref readonly LogEntry entry in entries)
            {
                CheckCommitted(entry.Position);
            }

            Acknowledge(state.Log.Commit);
            return;
        }

        if (!state.Log.Matches(new LogPosition(message.Index, message.LogTerm)))
        {
            Reject(message);
            return;
        }

        Append(entries);
        ulong last = message.Index + (ulong)entries.Length;
        commitment.AdvanceTo(Math.Min(message.Commit, last));
        Acknowledge(last);
    }

    /// <summary>Handles a heartbeat.</summary>
    /// <param name="message">A <see cref="RaftMessageType.Heartbeat"/> of the current term.</param>
    public void StepHeartbeat(in RaftMessage message)
    {
        if (membership.IsFresh && message.Commit > 0)
        {
            // A leader's heartbeat goes no further than what this member has acknowledged as durable.
            notices.LeaveForLostDisk(message.From);
            return;
        }

        if (!state.IsInDoubt)
        {
            commitment.AdvanceTo(message.Commit);
        }

        outbox.Send(state.MessageTo(message.From, RaftMessageType.HeartbeatResponse) with
        {
            Context = message.Context, Index = message.Context == 0 ? 0 : clock.Promise(appends.DurablePromise),
        });
    }

    /// <summary>Acknowledges to the leader, once it is true, that the log is durable up to an index.</summary>
    /// <param name="index">The index.</param>
    public void Acknowledge(ulong index) =>
        appends.Hold(state.MessageTo(state.Leader, RaftMessageType.AppendResponse) with
        {
            Index = index, Context = state.Incarnation, FormatVersion = state.Options.FormatVersion,
        });

    /// <summary>Leader Completeness (Raft paper, section 5.4.3): every leader holds every committed entry. One that
    /// shows another entry where this node has a committed one can only have lost data, or this node has.</summary>
    private void CheckCommitted(LogPosition position)
    {
        if (position.Index <= state.Log.Commit && position.Index >= state.Log.Start.Index
            && !state.Log.Matches(position))
        {
            throw new InvariantViolationException(
                $"Leader Completeness: the leader of term {state.Term} has term {position.Term} at index "
                + $"{position.Index}, where term {state.Log.TermAt(position.Index)} is committed here.");
        }
    }

    private bool IsDiskLost(ReadOnlySpan<LogEntry> entries)
    {
        if (!membership.IsUndecided)
        {
            return false;
        }

        foreach (ref readonly LogEntry entry in entries)
        {
            if (entry.Kind == LogEntryKind.Configuration
                && membership.IsDiskLost(ClusterConfigurationCodec.Decode(entry.Data.Span)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWellFormed(in RaftMessage message, ReadOnlySpan<LogEntry> entries)
    {
        (ulong index, ulong term) = (message.Index, message.LogTerm);
        foreach (ref readonly LogEntry entry in entries)
        {
            if (entry.Index != index + 1 || entry.Term < term || entry.Term > message.Term || entry.Term == 0)
            {
                return false;
            }

            (index, term) = entry.Position;
        }

        return true;
    }

    /// <summary>Reports that the logs do not match before the entries, and where they may at the latest.</summary>
    private void Reject(in RaftMessage message)
    {
        LogPosition agreement = state.Log.FindAgreement(message.Index, message.LogTerm);
        outbox.Send(state.MessageTo(message.From, RaftMessageType.AppendResponse) with
        {
            Index = message.Index, Reject = true, RejectHint = agreement.Index, LogTerm = agreement.Term,
            Context = membership.HoldsNothingMark, FormatVersion = state.Options.FormatVersion,
        });
    }

    /// <summary>Appends what is new. The first entry that differs and all after it are replaced (Log Matching); entries
    /// that are there already stay, because the message may be an old one and the log go beyond it.</summary>
    private void Append(ReadOnlySpan<LogEntry> entries)
    {
        int known = 0;
        while (known < entries.Length && state.Log.Matches(entries[known].Position))
        {
            known++;
        }

        entries = entries[known..];
        if (entries.IsEmpty)
        {
            return;
        }

        if (entries[0].Index <= state.Log.LastIndex)
        {
            state.Log.TruncateFrom(entries[0].Index);
            appends.TruncateFrom(entries[0].Index);
        }

        // A configuration is in use from the moment it is in the log, and no longer when it is not.
        bool isOther = membership.TruncateFrom(entries[0].Index);
        foreach (ref readonly LogEntry entry in entries)
        {
            state.Log.Append(entry);
            if (entry.Kind == LogEntryKind.Configuration)
            {
                membership.Take(entry);
                isOther = true;
            }
        }

        if (isOther)
        {
            membership.UseLatest();
        }
    }
}
