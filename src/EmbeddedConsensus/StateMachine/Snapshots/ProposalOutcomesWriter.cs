using System.Buffers;

namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Writes what became of the members' latest proposals, as it was when the writer was made.</summary>
internal sealed class ProposalOutcomesWriter : ISectionWriter
{
    private readonly ArrayBufferWriter<byte> _encoded = new();

    /// <summary>Copies the outcomes.</summary>
    public ProposalOutcomesWriter(ProposalSessions sessions) => sessions.EncodeOutcomes(_encoded);

    /// <inheritdoc />
    public SectionTag Tag => SectionTag.ProposalOutcomes;

    /// <inheritdoc />
    public bool WriteNext(IBufferWriter<byte> output, int maxBytes)
    {
        // Bounded for each of a few members: one piece.
        output.Write(_encoded.WrittenSpan);
        return false;
    }
}
