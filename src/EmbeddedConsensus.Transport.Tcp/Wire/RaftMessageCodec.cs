using System.Buffers;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport.Tcp.MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>
/// Turns a <see cref="RaftMessage"/> into MessagePack: an array of its fields in the order of <see cref="Encode"/>.
/// </summary>
/// <remarks>A later version may add fields behind the last one of any array: readers pass over what they do not know.
/// No field is ever removed, reordered or given another meaning.</remarks>
internal static partial class RaftMessageCodec
{
    // The fields that every version writes, and all that this one does.
    private const int OldestMessageFields = 12;
    private const int MessageFields = 14;
    private const int EntryFields = 4;
    private const int ChunkFields = 5;
    private const int MetadataFields = 3;
    private const int OldestConfigurationFields = 3;
    private const int ConfigurationFields = 4;

    // The most that a message costs beside its entries, its chunk's data and its chunk's member lists.
    private const int MaxMessageOverhead = 224;
    private const int MaxEntryOverhead = 32;
    private const int MaxMemberBytes = 9;

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
            ClusterConfiguration configuration = chunk.Metadata.Configuration;
            length += chunk.Data.Length
                + (MaxMemberBytes * (configuration.Voters.AsSpan().Length
                    + configuration.OutgoingVoters.AsSpan().Length
                    + configuration.Learners.AsSpan().Length))
                + ClusterConfigurationCodec.Measure(configuration);
        }

        return length;
    }

    /// <summary>Writes a message. The payloads go straight into the output.</summary>
    public static void Encode(in RaftMessage message, IBufferWriter<byte> output)
    {
        var writer = new MessagePackWriter(output);
        writer.WriteArrayHeader(MessageFields);
        writer.WriteUInt64((ulong)message.Type);
        writer.WriteUInt64(message.From.Value);
        writer.WriteUInt64(message.To.Value);
        writer.WriteUInt64(message.Term);
        writer.WriteUInt64(message.Index);
        writer.WriteUInt64(message.LogTerm);
        writer.WriteUInt64(message.Commit);
        WriteEntries(ref writer, message.Entries.Span);
        writer.WriteBoolean(message.Reject);
        writer.WriteUInt64(message.RejectHint);
        writer.WriteUInt64(message.Context);
        WriteChunk(ref writer, message.Chunk);
        writer.WriteUInt64(message.ClusterId);
        writer.WriteUInt64(message.FormatVersion);
        writer.Flush();
    }

    private static void WriteEntries(ref MessagePackWriter writer, ReadOnlySpan<LogEntry> entries)
    {
        writer.WriteArrayHeader(entries.Length);
        foreach (ref readonly LogEntry entry in entries)
        {
            writer.WriteArrayHeader(EntryFields);
            writer.WriteUInt64(entry.Index);
            writer.WriteUInt64(entry.Term);
            writer.WriteUInt64((ulong)entry.Kind);
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
        writer.WriteArrayHeader(MetadataFields);
        writer.WriteUInt64(chunk.Metadata.Position.Index);
        writer.WriteUInt64(chunk.Metadata.Position.Term);
        writer.WriteArrayHeader(ConfigurationFields);
        WriteMembers(ref writer, chunk.Metadata.Configuration.Voters.AsSpan());
        WriteMembers(ref writer, chunk.Metadata.Configuration.OutgoingVoters.AsSpan());
        WriteMembers(ref writer, chunk.Metadata.Configuration.Learners.AsSpan());

        // The whole of it; the lists before are for readers that know no more.
        writer.WriteBinary(ClusterConfigurationCodec.Encode(chunk.Metadata.Configuration));
        writer.WriteInt64(chunk.TotalLength);
        writer.WriteInt64(chunk.Offset);
        writer.WriteBinary(chunk.Data.Span);
        writer.WriteUInt64(chunk.Checksum);
    }

    private static void WriteMembers(ref MessagePackWriter writer, ReadOnlySpan<MemberId> members)
    {
        writer.WriteArrayHeader(members.Length);
        foreach (MemberId member in members)
        {
            writer.WriteUInt64(member.Value);
        }
    }
}
