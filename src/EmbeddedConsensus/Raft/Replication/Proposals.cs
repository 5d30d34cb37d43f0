namespace EmbeddedConsensus.Raft;

/// <summary>Proposals: appended by the leader, forwarded by the others.</summary>
internal sealed class Proposals(RaftState state, Outbox outbox, ProposalBudget budget, LeadershipTransfer transfer)
{
    /// <summary>Proposes commands of this node.</summary>
    /// <param name="payloads">One command each. The memory is kept, not copied.</param>
    /// <param name="batch">The number that names them if the leader refuses them.</param>
    public ProposeResult Propose(ReadOnlySpan<ReadOnlyMemory<byte>> payloads, ulong batch)
    {
        if (!state.IsLeader)
        {
            return Forward(payloads, batch);
        }

        if (state.Self is null)
        {
            // It is leaving, and hands over. What it appended of its own would come after its removal, where no member
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
                Append(payload);
            }

            budget.Add(state.Log.LastIndex, bytes);
        }

        return result;
    }

    /// <summary>Handles proposals that another member forwarded.</summary>
    /// <param name="message">A <see cref="RaftMessageType.Propose"/>; with <see cref="RaftMessage.Reject"/>, one that
    /// the driver found unsound.</param>
    public void StepPropose(in RaftMessage message)
    {
        if (message.Reject)
        {
            Refuse(message, isForGood: true);
            return;
        }

        ReadOnlySpan<LogEntry> entries = message.Entries.Span;
        long bytes = 0;
        foreach (ref readonly LogEntry entry in entries)
        {
            bytes += entry.Size;
        }

        if (!state.IsLeader || state.Tracker.Find(message.From) is null || Admit(bytes) != ProposeResult.Accepted)
        {
            Refuse(message, isForGood: false);
            return;
        }

        foreach (ref readonly LogEntry entry in entries)
        {
            Append(entry.Data);
        }

        budget.Add(state.Log.LastIndex, bytes);
    }

    /// <summary>Handles the leader's refusal of forwarded proposals.</summary>
    /// <param name="message">A <see cref="RaftMessageType.ProposeRejected"/>.</param>
    public void StepRejected(in RaftMessage message)
    {
        if (message.From == state.Leader)
        {
            outbox.Gathering.RefusedProposals.Add(new RefusedBatch(message.Context, message.Reject));
        }
    }

    private void Refuse(in RaftMessage message, bool isForGood) =>
        outbox.Send(state.MessageTo(message.From, RaftMessageType.ProposeRejected) with
        {
            Term = 0, Context = message.Context, Reject = isForGood,
        });

    private ProposeResult Admit(long bytes)
    {
        if (transfer.IsUnderWay)
        {
            return ProposeResult.Transferring;
        }

        return budget.Admits(bytes) ? ProposeResult.Accepted : ProposeResult.Overloaded;
    }

    private void Append(ReadOnlyMemory<byte> payload) =>
        state.Log.Append(new LogEntry(state.Log.LastIndex + 1, state.Term, LogEntryKind.Command, payload));

    private ProposeResult Forward(ReadOnlySpan<ReadOnlyMemory<byte>> payloads, ulong batch)
    {
        if (state.Leader.IsNone)
        {
            return ProposeResult.NoLeader;
        }

        while (!payloads.IsEmpty)
        {
            int count = 1;
            long bytes = payloads[0].Length + LogEntry.Overhead;
            while (count < payloads.Length
                && bytes + payloads[count].Length + LogEntry.Overhead <= state.Options.MaxMessageBytes)
            {
                bytes += payloads[count++].Length + LogEntry.Overhead;
            }

            LogEntry[] entries = new LogEntry[count];
            for (int i = 0; i < count; i++)
            {
                entries[i] = new LogEntry(0, 0, LogEntryKind.Command, payloads[i]);
            }

            outbox.Send(state.MessageTo(state.Leader, RaftMessageType.Propose) with
            {
                Term = 0, Entries = entries, Context = batch,
            });
            payloads = payloads[count..];
        }

        return ProposeResult.Forwarded;
    }
}
