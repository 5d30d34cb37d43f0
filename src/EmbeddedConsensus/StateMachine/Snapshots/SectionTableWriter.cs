using System.Buffers;
using System.Buffers.Binary;

namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>
/// Writes sections one after another: a format version, then for each section its tag and its bytes in chunks, each
/// after its length, up to a chunk of length zero; at last <see cref="SectionTag.End"/>.
/// </summary>
/// <remarks>Chunks, and not one length before a section: the length of a store's section is known only when all of it
/// was encoded, and it is streamed while the store goes on.</remarks>
/// <param name="sections">The sections, in order.</param>
internal sealed class SectionTableWriter(IReadOnlyList<ISectionWriter> sections)
{
    /// <summary>The version of the table. The ones before were never released.</summary>
    public const byte FormatVersion = 3;

    private readonly ArrayBufferWriter<byte> _chunk = new();
    private int _section = -1;

    /// <summary>Writes the next piece.</summary>
    /// <param name="output">Receives it.</param>
    /// <param name="maxBytes">About how long it may be, in bytes; a single large record may make it longer.</param>
    /// <returns>Whether there is more.</returns>
    public bool WriteNext(IBufferWriter<byte> output, int maxBytes)
    {
        if (_section < 0)
        {
            output.Write([FormatVersion]);
            BeginSection(output);
        }

        _chunk.ResetWrittenCount();
        bool hasMore = sections[_section].WriteNext(_chunk, maxBytes);
        WriteChunk(output, _chunk.WrittenSpan);
        if (hasMore)
        {
            return true;
        }

        WriteLength(output, 0);
        BeginSection(output);
        return _section < sections.Count;
    }

    private void BeginSection(IBufferWriter<byte> output)
    {
        _section++;
        output.Write([(byte)(_section < sections.Count ? sections[_section].Tag : SectionTag.End)]);
    }

    private static void WriteChunk(IBufferWriter<byte> output, ReadOnlySpan<byte> chunk)
    {
        if (!chunk.IsEmpty)
        {
            WriteLength(output, chunk.Length);
            output.Write(chunk);
        }
    }

    private static void WriteLength(IBufferWriter<byte> output, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), length);
        output.Advance(sizeof(int));
    }
}
