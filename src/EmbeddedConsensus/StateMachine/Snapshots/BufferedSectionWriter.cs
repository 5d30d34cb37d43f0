using System.Buffers;

namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Writes a section that is encoded as a whole when the writer is made: a few members' state with a bound
/// each.</summary>
internal sealed class BufferedSectionWriter : ISectionWriter
{
    private readonly ArrayBufferWriter<byte> _encoded = new();

    private BufferedSectionWriter(SectionTag tag) => Tag = tag;

    /// <inheritdoc />
    public SectionTag Tag { get; }

    /// <summary>Writes the table of applied proposals.</summary>
    public static BufferedSectionWriter OfSessions(ProposalSessions sessions)
    {
        BufferedSectionWriter writer = new(SectionTag.ProposalSessions);
        sessions.Encode(writer._encoded);
        return writer;
    }

    /// <summary>Writes what became of the members' latest proposals.</summary>
    public static BufferedSectionWriter OfOutcomes(ProposalSessions sessions)
    {
        BufferedSectionWriter writer = new(SectionTag.ProposalOutcomes);
        sessions.EncodeOutcomes(writer._encoded);
        return writer;
    }

    /// <inheritdoc />
    public bool WriteNext(IBufferWriter<byte> output, int maxBytes)
    {
        output.Write(_encoded.WrittenSpan);
        return false;
    }
}
