namespace EmbeddedConsensus.Raft;

/// <summary>Proposals: appended by the leader, forwarded by the others.</summary>
internal sealed partial class RaftNode
{
    private readonly Queue<(ulong LastIndex, long Bytes)> _unapplied = new();
    private long _unappliedBytes;

    /// <summary>Proposes commands. On the leader they are appended, all or none; elsewhere they are sent to the leader.
    /// </summary>
    /// <param name="payloads">One command each. The memory is kept, not copied.</param>
    /// <param name="batch">The number by which <see cref="RaftEffects.RefusedProposals"/> names them, if the leader turns
    /// them away.</param>
    public ProposeResult Propose(ReadOnlySpan<ReadOnlyMemory<byte>> payloads, ulong batch = 0)
    {
        if (_role != RaftRole.Leader)
        {
            return Forward(payloads, batch);
        }

        if (_tracker.Find(_options.Id) is null)
        {
            // It is leaving, and hands over. What it appended of its own would come behind its removal, where nobody
            // executes it.
            return ProposeResult.Transferring;
        }

        long bytes = 0;
        foreach (ReadOnlyMemory<byte> payload in payloads)
        {
            bytes += payload.Length + LogEntry.Overhead;
        }

        ProposeResult result = Admit(bytes);
        if (result == ProposeResult.Accepted)
        {
            foreach (ReadOnlyMemory<byte> payload in payloads)
            {
                AppendCommand(payload);
            }

            RememberUnapplied(bytes);
        }

        return result;
    }

    private void StepPropose(in RaftMessage message)
    {
        ReadOnlySpan<LogEntry> entries = message.Entries.Span;
        long bytes = 0;
        foreach (ref readonly LogEntry entry in entries)
        {
            bytes += entry.Size;
        }

        if (_role != RaftRole.Leader || _tracker.Find(message.From) is null
            || Admit(bytes) != ProposeResult.Accepted)
        {
            Send(To(message.From, RaftMessageType.ProposeRejected) with { Term = 0, Context = message.Context });
            return;
        }

        foreach (ref readonly LogEntry entry in entries)
        {
            AppendCommand(entry.Data);
        }

        RememberUnapplied(bytes);
    }

    private ProposeResult Admit(long bytes)
    {
        if (!_transferee.IsNone)
        {
            return ProposeResult.Transferring;
        }

        // A proposal that is too large by itself is let in alone: refusing it would refuse it for ever.
        bool isTooMuch = _unappliedBytes > 0 && _unappliedBytes + bytes > _options.MaxUncommittedBytes;
        return isTooMuch ? ProposeResult.Overloaded : ProposeResult.Accepted;
    }

    private void AppendCommand(ReadOnlyMemory<byte> payload) =>
        _log.Append(new LogEntry(_log.LastIndex + 1, _term, LogEntryKind.Command, payload));

    private void RememberUnapplied(long bytes)
    {
        _unapplied.Enqueue((_log.LastIndex, bytes));
        _unappliedBytes += bytes;
    }

    private void ForgetUnapplied()
    {
        _unapplied.Clear();
        _unappliedBytes = 0;
    }

    private void ReleaseUnapplied(ulong appliedIndex)
    {
        while (_unapplied.TryPeek(out (ulong LastIndex, long Bytes) oldest) && oldest.LastIndex <= appliedIndex)
        {
            _unapplied.Dequeue();
            _unappliedBytes -= oldest.Bytes;
        }
    }

    private ProposeResult Forward(ReadOnlySpan<ReadOnlyMemory<byte>> payloads, ulong batch)
    {
        if (_leader.IsNone)
        {
            return ProposeResult.NoLeader;
        }

        while (!payloads.IsEmpty)
        {
            int count = 1;
            long bytes = payloads[0].Length + LogEntry.Overhead;
            while (count < payloads.Length
                && bytes + payloads[count].Length + LogEntry.Overhead <= _options.MaxMessageBytes)
            {
                bytes += payloads[count++].Length + LogEntry.Overhead;
            }

            LogEntry[] entries = new LogEntry[count];
            for (int i = 0; i < count; i++)
            {
                entries[i] = new LogEntry(0, 0, LogEntryKind.Command, payloads[i]);
            }

            Send(To(_leader, RaftMessageType.Propose) with { Term = 0, Entries = entries, Context = batch });
            payloads = payloads[count..];
        }

        return ProposeResult.Forwarded;
    }
}
