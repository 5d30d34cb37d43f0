using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>Inspects what other members propose before the leader appends it. Every member has to execute what is in
/// the log, again at every start: one command that cannot be executed would stop them all.</summary>
/// <param name="newestFormat">The newest format of commands that this member reads.</param>
internal sealed class ProposalInspection(byte newestFormat)
{
    /// <summary>The number of messages that were dropped.</summary>
    public long DroppedMessages { get; private set; }

    /// <summary>The fault of the first of them; null while there was none.</summary>
    public string? FirstFault { get; private set; }

    /// <summary>Whether a message may be processed. One with a proposal that no member could execute, or that is not
    /// its sender's own, is counted, and must not get into the log.</summary>
    /// <param name="message">The message.</param>
    public bool IsSound(in RaftMessage message)
    {
        if (message.Type != RaftMessageType.Propose)
        {
            return true;
        }

        foreach (ref readonly LogEntry entry in message.Entries.Span)
        {
            if (FaultOf(entry.Data.Span, message.From) is { } fault)
            {
                DroppedMessages++;
                FirstFault ??= $"Member {message.From} proposes what cannot be executed. {fault}";
                return false;
            }
        }

        return true;
    }

    private string? FaultOf(ReadOnlySpan<byte> command, MemberId sender)
    {
        if (OperationTable.Default.FaultOf(command, newestFormat) is { } fault)
        {
            return fault;
        }

        _ = CommandHeader.Read(command, out ProposalId id);
        return id.Origin == sender ? null : $"Command {id} is not its own.";
    }
}
