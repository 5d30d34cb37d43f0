using System.Buffers;
using EmbeddedConsensus.Raft;
using MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>
/// Turns a <see cref="RaftMessage"/> into MessagePack: an array of its fields in the order of <see cref="Encode"/>.
/// </summary>
/// <remarks>A later version may add fields after the last one of any array: readers skip what they do not know.
/// No field is ever removed, reordered or given another meaning.</remarks>
internal static partial class RaftMessageCodec
{
    // The fields that every version writes, and all that this one does.
    private const int OldestMessageFields = 12;
    private const int MessageFields = 14;
    private const int EntryFields = 4;
    private const int ChunkFields = 5;
    private const int DescriptorFields = 3;

    // The most that a message costs beside its entries, its chunk's data and its snapshot's metadata.
    private const int MaxMessageOverhead = 224;
    private const int MaxEntryOverhead = 32;

    // A longer payload may be split over several blocks of the output.
    private const int MaxContiguousBytes = 4 * 1024;

    /// <summary>A length that the encoded message does not exceed, close above the true one.</summary>
    public static long MaxEncodedLength(in RaftMessage message)
    {
        long length = MaxMessageOverhead;
        foreach (ref readonly LogEntry entry in message.Entries.Span)
        {
            length += MaxEntryOverhead + entry.Data.Length;
        }

        if (message.Chunk is { } chunk)
        {
            length += chunk.Data.Length + chunk.Snapshot.Metadata.Length;
        }

        return length;
    }

    /// <summary>Writes a message. The payloads go straight into the output.</summary>
    public static void Encode(in RaftMessage message, IBufferWriter<byte> output)
    {
        var fields = new FieldWriter(output.GetSpan(MaxMessageOverhead));
        fields.WriteArrayHeader(MessageFields);
        fields.Write((ulong)message.Type);
        fields.Write(message.From.Value);
        fields.Write(message.To.Value);
        fields.Write(message.Term);
        fields.Write(message.Index);
        fields.Write(message.LogTerm);
        fields.Write(message.Commit);
        fields.WriteArrayHeader(message.Entries.Length);
        if (!message.Entries.IsEmpty)
        {
            output.Advance(fields.Length);
            WriteEntries(output, message.Entries.Span);
            fields = new FieldWriter(output.GetSpan(MaxMessageOverhead));
        }

        fields.Write(message.Reject);
        fields.Write(message.RejectHint);
        fields.Write(message.Context);
        if (message.Chunk is { } chunk)
        {
            output.Advance(fields.Length);
            WriteChunk(output, chunk);
            fields = new FieldWriter(output.GetSpan(MaxMessageOverhead));
        }
        else
        {
            fields.WriteNil();
        }

        fields.Write(message.ClusterId);
        fields.Write(message.FormatVersion);
        output.Advance(fields.Length);
    }

    private static void WriteEntries(IBufferWriter<byte> output, ReadOnlySpan<LogEntry> entries)
    {
        foreach (ref readonly LogEntry entry in entries)
        {
            ReadOnlySpan<byte> data = entry.Data.Span;
            bool isShort = data.Length <= MaxContiguousBytes;
            var fields = new FieldWriter(output.GetSpan(MaxEntryOverhead + (isShort ? data.Length : 0)));
            fields.WriteArrayHeader(EntryFields);
            fields.Write(entry.Index);
            fields.Write(entry.Term);
            fields.Write((ulong)entry.Kind);
            fields.WriteBinaryHeader(data.Length);
            if (isShort)
            {
                fields.WriteRaw(data);
                output.Advance(fields.Length);
            }
            else
            {
                output.Advance(fields.Length);
                output.Write(data);
            }
        }
    }

    private static void WriteChunk(IBufferWriter<byte> output, SnapshotChunk chunk)
    {
        var writer = new MessagePackWriter(output);
        writer.WriteArrayHeader(ChunkFields);
        writer.WriteArrayHeader(DescriptorFields);
        writer.Write(chunk.Snapshot.Position.Index);
        writer.Write(chunk.Snapshot.Position.Term);
        writer.WriteBinary(chunk.Snapshot.Metadata.Span);
        writer.Write(chunk.TotalLength);
        writer.Write(chunk.Offset);
        writer.WriteBinary(chunk.Data.Span);
        writer.Write(chunk.Checksum);
        writer.Flush();
    }
}
