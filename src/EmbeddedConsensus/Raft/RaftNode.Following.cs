namespace EmbeddedConsensus.Raft;

/// <summary>What a follower does with its leader's messages (Raft paper, section 5.3).</summary>
internal sealed partial class RaftNode
{
    private void FollowLeader(MemberId leader)
    {
        if (_role == RaftRole.Leader || (!_leader.IsNone && _leader != leader))
        {
            throw new InvariantViolationException(
                $"Election Safety: members {_leader} and {leader} both lead in term {_term}.");
        }

        if (_role != RaftRole.Follower)
        {
            BecomeFollower(_term, leader);
        }

        SetLeader(leader);
        _refusers.Clear();
        HearLeader();
    }

    private void StepAppend(in RaftMessage message)
    {
        ReadOnlySpan<LogEntry> entries = message.Entries.Span;
        if (!IsWellFormed(message, entries))
        {
            return;
        }

        CheckCommitted(new LogPosition(message.Index, message.LogTerm));
        if (message.Index < _log.Commit)
        {
            // Delayed, or sent by a leader that does not know how far this node is.
            foreach (ref readonly LogEntry entry in entries)
            {
                CheckCommitted(entry.Position);
            }

            Acknowledge(_log.Commit);
            return;
        }

        if (!_log.Matches(new LogPosition(message.Index, message.LogTerm)))
        {
            LogPosition agreement = _log.FindAgreement(message.Index, message.LogTerm);
            Send(To(message.From, RaftMessageType.AppendResponse) with
            {
                Index = message.Index, Reject = true, RejectHint = agreement.Index, LogTerm = agreement.Term,
                Context = HoldsNothingMark, FormatVersion = _options.FormatVersion,
            });
            return;
        }

        AppendFromLeader(entries);
        ulong last = message.Index + (ulong)entries.Length;
        AdvanceCommit(Math.Min(message.Commit, last));
        Acknowledge(last);
    }

    /// <summary>Every leader holds every committed entry (Raft paper, section 5.4.3). One that shows another entry
    /// where this node has a committed one can only have lost data, or this node has.</summary>
    private void CheckCommitted(LogPosition position)
    {
        if (position.Index <= _log.Commit && position.Index >= _log.Start.Index && !_log.Matches(position))
        {
            throw new InvariantViolationException(
                $"Leader Completeness: the leader of term {_term} has term {position.Term} at index {position.Index}, "
                + $"where term {_log.TermAt(position.Index)} is committed here.");
        }
    }

    private void StepHeartbeat(in RaftMessage message)
    {
        if (IsFresh && message.Commit > 0)
        {
            // A leader tells of no more than what it was told is durable here.
            LeaveForLostDisk(message.From);
            return;
        }

        AdvanceCommit(message.Commit);
        Send(To(message.From, RaftMessageType.HeartbeatResponse) with
        {
            Context = message.Context, Index = message.Context == 0 ? 0 : PromisedMicroseconds(),
        });
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

    /// <summary>Appends what is new. The first entry that differs and all behind it are replaced; entries that are
    /// there already stay, because the message may be an old one and the log go beyond it.</summary>
    private void AppendFromLeader(ReadOnlySpan<LogEntry> entries)
    {
        int known = 0;
        while (known < entries.Length && _log.Matches(entries[known].Position))
        {
            known++;
        }

        entries = entries[known..];
        if (entries.IsEmpty)
        {
            return;
        }

        if (entries[0].Index <= _log.LastIndex)
        {
            _log.TruncateFrom(entries[0].Index);
            _appends.TruncateFrom(entries[0].Index);
        }

        // A configuration is in use from the moment it is in the log, and no longer when it is not.
        bool isOther = _history.TruncateFrom(entries[0].Index);
        foreach (ref readonly LogEntry entry in entries)
        {
            _log.Append(entry);
            if (entry.Kind == LogEntryKind.Configuration)
            {
                TakeConfiguration(entry);
                isOther = true;
            }
        }

        if (isOther)
        {
            UseLatestConfiguration();
        }
    }

    /// <summary>Tells the leader, once it is true, that the log is durable up to an index.</summary>
    private void Acknowledge(ulong index) =>
        _appends.Hold(To(_leader, RaftMessageType.AppendResponse) with
        {
            Index = index, FormatVersion = _options.FormatVersion,
        });

    private void AdvanceCommit(ulong index)
    {
        if (_log.CommitTo(index))
        {
            AbortSnapshotBehindCommit();
            if (_history.LatestIndex > _committedConfigurationIndex)
            {
                ObserveCommittedConfiguration();
            }
        }
    }
}
