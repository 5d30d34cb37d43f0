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
        var writer = new MessagePackWriter(output);
        writer.WriteArrayHeader(MessageFields);
        writer.Write((ulong)message.Type);
        writer.Write(message.From.Value);
        writer.Write(message.To.Value);
        writer.Write(message.Term);
        writer.Write(message.Index);
        writer.Write(message.LogTerm);
        writer.Write(message.Commit);
        WriteEntries(ref writer, message.Entries.Span);
        writer.Write(message.Reject);
        writer.Write(message.RejectHint);
        writer.Write(message.Context);
        WriteChunk(ref writer, message.Chunk);
        writer.Write(message.ClusterId);
        writer.Write(message.FormatVersion);
        writer.Flush();
    }

    private static void WriteEntries(ref MessagePackWriter writer, ReadOnlySpan<LogEntry> entries)
    {
        writer.WriteArrayHeader(entries.Length);
        foreach (ref readonly LogEntry entry in entries)
        {
            writer.WriteArrayHeader(EntryFields);
            writer.Write(entry.Index);
            writer.Write(entry.Term);
            writer.Write((ulong)entry.Kind);
            writer.WriteBinary(entry.Data.Span);
        }
    }

    private static void WriteChunk(ref MessagePackWriter writer, SnapshotChunk? chunk)
    {
        if (chunk is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(ChunkFields);
        writer.WriteArrayHeader(DescriptorFields);
        writer.Write(chunk.Snapshot.Position.Index);
        writer.Write(chunk.Snapshot.Position.Term);
        writer.WriteBinary(chunk.Snapshot.Metadata.Span);
        writer.Write(chunk.TotalLength);
        writer.Write(chunk.Offset);
        writer.WriteBinary(chunk.Data.Span);
        writer.Write(chunk.Checksum);
    }
}
