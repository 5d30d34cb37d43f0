using System.Buffers;

namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Reads the table of applied proposals.</summary>
internal sealed class ProposalSessionsReader : ISectionReader
{
    // Every session has a bounded window, and a cluster has few members: far more than that is damage.
    private const int MaxBytes = 16 << 20;

    private readonly ArrayBufferWriter<byte> _encoded = new();

    /// <inheritdoc />
    public SectionTag Tag => SectionTag.ProposalSessions;

    /// <inheritdoc />
    public void Feed(ReadOnlySpan<byte> piece)
    {
        if (_encoded.WrittenCount > MaxBytes - piece.Length)
        {
            throw new SnapshotFormatException($"The table of applied proposals is longer than {MaxBytes} bytes.");
        }

        _encoded.Write(piece);
    }

    /// <summary>The table, once all of it was read.</summary>
    /// <exception cref="SnapshotFormatException">It is damaged.</exception>
    public ProposalSessions Complete()
    {
        try
        {
            return ProposalSessions.Decode(_encoded.WrittenSpan);
        }
        catch (InvariantViolationException exception)
        {
            throw new SnapshotFormatException($"The table of applied proposals is damaged: {exception.Message}");
        }
    }
}
