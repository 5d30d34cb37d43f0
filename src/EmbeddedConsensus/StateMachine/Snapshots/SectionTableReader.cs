using System.Buffers.Binary;

namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Reads what <see cref="SectionTableWriter"/> wrote, in pieces that are cut anywhere, and hands each section
/// to its reader. Nothing but a section's own reader keeps the bytes.</summary>
/// <param name="readers">The sections that are known; those with the bit <see cref="SectionTag.Required"/> must be
/// there.</param>
internal sealed class SectionTableReader(params IReadOnlyList<ISectionReader> readers)
{
    private readonly HashSet<SectionTag> _seen = [];
    private readonly byte[] _length = new byte[sizeof(int)];

    private Step _step;
    private ISectionReader? _section;
    private int _lengthBytes;
    private int _chunkLeft;

    private enum Step
    {
        Version,
        Tag,
        Length,
        Chunk,
        Ended,
    }

    /// <summary>Reads the next piece.</summary>
    /// <exception cref="SnapshotFormatException">The snapshot is damaged, or has what this version of the library
    /// cannot read.</exception>
    public void Feed(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            piece = piece[Take(piece)..];
        }
    }

    /// <summary>Requires that all of the snapshot was read.</summary>
    /// <exception cref="SnapshotFormatException">It ends too early, or a section is missing.</exception>
    public void Complete()
    {
        if (_step != Step.Ended)
        {
            throw new SnapshotFormatException("It ends in the middle.");
        }

        foreach (ISectionReader reader in readers)
        {
            if ((reader.Tag & SectionTag.Required) != 0 && !_seen.Contains(reader.Tag))
            {
                throw new SnapshotFormatException($"It has no section {reader.Tag}.");
            }
        }
    }

    private int Take(ReadOnlySpan<byte> piece)
    {
        switch (_step)
        {
            case Step.Version:
                CheckVersion(piece[0]);
                _step = Step.Tag;
                return 1;
            case Step.Tag:
                BeginSection((SectionTag)piece[0]);
                return 1;
            case Step.Length:
                return TakeLength(piece);
            case Step.Chunk:
                int count = Math.Min(_chunkLeft, piece.Length);
                _section?.Feed(piece[..count]);
                _chunkLeft -= count;
                _step = _chunkLeft == 0 ? Step.Length : Step.Chunk;
                return count;
            default:
                throw new SnapshotFormatException("It goes on after its end.");
        }
    }

    private static void CheckVersion(byte version)
    {
        if (version != SectionTableWriter.FormatVersion)
        {
            throw new SnapshotFormatException(
                $"It has format version {version}; this version of the library reads "
                + $"{SectionTableWriter.FormatVersion}. "
                + (version < SectionTableWriter.FormatVersion
                    ? "Older formats were never released: start on an empty folder, or run the build that wrote it."
                    : "Run the version that wrote it, or a newer one."));
        }
    }

    private void BeginSection(SectionTag tag)
    {
        if (tag == SectionTag.End)
        {
            _step = Step.Ended;
            return;
        }

        if (!_seen.Add(tag))
        {
            throw new SnapshotFormatException($"It has the section {tag} twice.");
        }

        _section = readers.FirstOrDefault(reader => reader.Tag == tag);
        if (_section is null && (tag & SectionTag.Required) != 0)
        {
            throw new SnapshotFormatException(
                $"It has the section 0x{(byte)tag:x2}, without which the state is not whole and which this version of "
                + "the library cannot read. Run the version that wrote it, or a newer one.");
        }

        _step = Step.Length;
    }

    private int TakeLength(ReadOnlySpan<byte> piece)
    {
        int count = Math.Min(sizeof(int) - _lengthBytes, piece.Length);
        piece[..count].CopyTo(_length.AsSpan(_lengthBytes));
        _lengthBytes += count;
        if (_lengthBytes < sizeof(int))
        {
            return count;
        }

        _lengthBytes = 0;
        _chunkLeft = BinaryPrimitives.ReadInt32LittleEndian(_length);
        _step = _chunkLeft == 0 ? Step.Tag : Step.Chunk;
        return _chunkLeft >= 0
            ? count
            : throw new SnapshotFormatException("A length in it is negative.");
    }
}
