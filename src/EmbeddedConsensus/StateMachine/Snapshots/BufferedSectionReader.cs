using System.Buffers;

namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Collects the bytes of a short section until all of them are there.</summary>
/// <param name="tag">The section.</param>
/// <param name="maxBytes">The length beyond which the section is damaged, in bytes.</param>
internal abstract class BufferedSectionReader(SectionTag tag, int maxBytes) : ISectionReader
{
    private readonly ArrayBufferWriter<byte> _encoded = new();

    /// <inheritdoc />
    public SectionTag Tag => tag;

    /// <summary>What was read.</summary>
    protected ReadOnlySpan<byte> Encoded => _encoded.WrittenSpan;

    /// <inheritdoc />
    public void Feed(ReadOnlySpan<byte> piece)
    {
        if (_encoded.WrittenCount > maxBytes - piece.Length)
        {
            throw new SnapshotFormatException($"The section {tag} is longer than {maxBytes} bytes.");
        }

        _encoded.Write(piece);
    }
}
