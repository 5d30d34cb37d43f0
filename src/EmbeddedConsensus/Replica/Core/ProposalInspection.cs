using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>Looks at what other members propose before the leader appends it. What is in the log every member has to
/// execute, at every start again: one command that cannot be executed would stop them all.</summary>
internal sealed class ProposalInspection
{
    /// <summary>How many messages with proposals were dropped.</summary>
    public long DroppedMessages { get; private set; }

    /// <summary>What was wrong with the first of them; null while there was none.</summary>
    public string? FirstFault { get; private set; }

    /// <summary>Whether a message may be stepped. One with a proposal that no member could execute, or that is not its
    /// sender's own, is counted and has to be dropped.</summary>
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

    private static string? FaultOf(ReadOnlySpan<byte> command, MemberId sender)
    {
        if (CommandSeal.FaultOf(command, CommandFormat.Newest) is { } fault)
        {
            return fault;
        }

        _ = CommandHeader.Read(command, out ProposalId id);
        return id.Origin == sender ? null : $"Command {id} is not its own.";
    }
}
