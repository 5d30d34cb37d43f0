using System.Buffers;
using EmbeddedConsensus.Raft;
using MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

internal static partial class RaftMessageCodec
{
    // An array header, three numbers of one byte and an empty binary.
    private const int MinEntryBytes = 6;

    /// <summary>Reads a message.</summary>
    /// <param name="input">Exactly the bytes of the message.</param>
    /// <param name="ownership">Whether payloads may be slices of <paramref name="input"/>.</param>
    /// <exception cref="ProtocolException">The bytes are no message of this protocol.</exception>
    public static RaftMessage Decode(in ReadOnlySequence<byte> input, PayloadOwnership ownership) =>
        MessagePackDecoder.Decode(input, ownership, static (ref reader, ownership) => Read(ref reader, ownership));

    /// <summary>Whether the message may hold payloads, told by its first bytes alone.</summary>
    /// <param name="start">The first bytes of an encoded message.</param>
    public static bool MayHoldPayload(ReadOnlySpan<byte> start) =>
        start.Length < 2
        || start[0] is < MessagePackCode.MinFixArray or > MessagePackCode.MaxFixArray
        || (RaftMessageType)start[1] is RaftMessageType.Append
            or RaftMessageType.Propose
            or RaftMessageType.SnapshotChunk;

    private static RaftMessage Read(ref MessagePackReader reader, PayloadOwnership ownership)
    {
        int extra = ReadFields(ref reader, OldestMessageFields, "a message");
        RaftMessage message = new RaftMessage
        {
            Type = ReadType(ref reader),
            From = new MemberId(reader.ReadUInt64()),
            To = new MemberId(reader.ReadUInt64()),
            Term = reader.ReadUInt64(),
            Index = reader.ReadUInt64(),
            LogTerm = reader.ReadUInt64(),
            Commit = reader.ReadUInt64(),
            Entries = ReadEntries(ref reader, ownership),
            Reject = reader.ReadBoolean(),
            RejectHint = reader.ReadUInt64(),
            Context = reader.ReadUInt64(),
            Chunk = ReadChunk(ref reader, ownership),
            ClusterId = TakeField(ref extra) ? reader.ReadUInt64() : 0,
            FormatVersion = TakeField(ref extra) ? reader.ReadUInt32() : 0,
        };
        SkipFields(ref reader, extra);
        return reader.End
            ? message
            : throw new ProtocolException($"{reader.Remaining()} bytes follow the end of a message.");
    }

    private static RaftMessageType ReadType(ref MessagePackReader reader)
    {
        ulong type = reader.ReadUInt64();
        return type is >= (ulong)RaftMessageType.Append and <= (ulong)RaftMessageType.MemberRefused
            ? (RaftMessageType)type
            : throw new ProtocolException($"There is no message of type {type} in this version of the protocol.");
    }

    private static ReadOnlyMemory<LogEntry> ReadEntries(ref MessagePackReader reader, PayloadOwnership ownership)
    {
        int count = reader.ReadArrayHeader(MinEntryBytes);
        if (count == 0)
        {
            return default;
        }

        var entries = new LogEntry[count];
        for (int i = 0; i < entries.Length; i++)
        {
            int extra = ReadFields(ref reader, EntryFields, "an entry");
            entries[i] = new LogEntry(
                reader.ReadUInt64(), reader.ReadUInt64(), ReadKind(ref reader), ReadPayload(ref reader, ownership));
            SkipFields(ref reader, extra);
        }

        return entries;
    }

    private static LogEntryKind ReadKind(ref MessagePackReader reader)
    {
        ulong kind = reader.ReadUInt64();
        return kind <= (ulong)LogEntryKind.Configuration
            ? (LogEntryKind)kind
            : throw new ProtocolException($"There is no entry of kind {kind} in this version of the protocol.");
    }

    private static SnapshotChunk? ReadChunk(ref MessagePackReader reader, PayloadOwnership ownership)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        int extra = ReadFields(ref reader, ChunkFields, "a snapshot chunk");
        var chunk = new SnapshotChunk(
            ReadDescriptor(ref reader),
            reader.ReadInt64(),
            reader.ReadInt64(),
            ReadPayload(ref reader, ownership),
            reader.ReadUInt32());
        SkipFields(ref reader, extra);
        return chunk;
    }

    private static SnapshotDescriptor ReadDescriptor(ref MessagePackReader reader)
    {
        int extra = ReadFields(ref reader, DescriptorFields, "a snapshot's descriptor");
        var position = new LogPosition(reader.ReadUInt64(), reader.ReadUInt64());
        ReadOnlySequence<byte> metadata = reader.ReadBinary();
        if (metadata.Length > SnapshotDescriptor.MaxMetadataBytes)
        {
            throw new ProtocolException(
                $"A snapshot's metadata has {metadata.Length} bytes; {SnapshotDescriptor.MaxMetadataBytes} are the "
                + "most.");
        }

        // A copy: it stays longer than the memory of the message.
        var descriptor = new SnapshotDescriptor(position, metadata.IsEmpty ? default : metadata.ToArray());
        SkipFields(ref reader, extra);
        return descriptor;
    }

    private static ReadOnlyMemory<byte> ReadPayload(ref MessagePackReader reader, PayloadOwnership ownership)
    {
        ReadOnlySequence<byte> payload = reader.ReadBinary();
        if (payload.IsEmpty)
        {
            return default;
        }

        return ownership == PayloadOwnership.Owned && payload.IsSingleSegment ? payload.First : payload.ToArray();
    }

    /// <summary>Begins an array of fields, and returns how many unknown ones follow the known.</summary>
    private static int ReadFields(ref MessagePackReader reader, int known, string what)
    {
        int count = reader.ReadArrayHeader();
        return count >= known
            ? count - known
            : throw new ProtocolException($"Found {what} of {count} fields; {known} is the least.");
    }

    /// <summary>Whether a field is there that an older version did not write.</summary>
    private static bool TakeField(ref int extra)
    {
        bool isThere = extra > 0;
        extra -= isThere ? 1 : 0;
        return isThere;
    }

    private static void SkipFields(ref MessagePackReader reader, int count)
    {
        for (; count > 0; count--)
        {
            reader.SkipValue();
        }
    }
}
