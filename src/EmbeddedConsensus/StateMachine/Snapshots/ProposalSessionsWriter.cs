using System.Buffers;

namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Writes the table of applied proposals as it was when the writer was made.</summary>
internal sealed class ProposalSessionsWriter : ISectionWriter
{
    private readonly ArrayBufferWriter<byte> _encoded = new();

    /// <summary>Copies the table.</summary>
    public ProposalSessionsWriter(ProposalSessions sessions) => sessions.Encode(_encoded);

    /// <inheritdoc />
    public SectionTag Tag => SectionTag.ProposalSessions;

    /// <inheritdoc />
    public bool WriteNext(IBufferWriter<byte> output, int maxBytes)
    {
        // The table of a few members with a bounded window each: one piece.
        output.Write(_encoded.WrittenSpan);
        return false;
    }
}
