using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Transport;
using EmbeddedConsensus.Transport.Tcp.Tests.MessagePack;
using EmbeddedConsensus.Transport.Tcp.Wire;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Wire;

public sealed class RaftMessageCodecTests
{
    private static Arbitrary<RaftMessage> Messages =>
        Gen.Choose(0, int.MaxValue).Select(seed => new MessageGenerator(seed).Next()).ToArbitrary();

    [Property(MaxTest = 2000)]
    public Property Any_message_comes_back_as_it_was() =>
        Prop.ForAll(Messages, message =>
        {
            byte[] encoded = Encode(message);
            return RaftMessageEquality.ContentEquals(message, Decode(encoded))
                && RaftMessageEquality.ContentEquals(
                    message, RaftMessageCodec.Decode(Segments.Of(encoded, 11), PayloadOwnership.Borrowed))
                && encoded.Length <= RaftMessageCodec.MaxEncodedLength(message);
        });

    [Fact]
    public async Task Debians_msgpack_reads_what_we_write_and_would_write_the_same()
    {
        var generator = new MessageGenerator(20_25);
        RaftMessage[] messages = [.. Enumerable.Range(0, 300).Select(_ => generator.Next())];
        string[] encoded = [.. messages.Select(message => Convert.ToHexStringLower(Encode(message)))];
        string[] described = await PythonMessagePack.RunAsync("describe.py", encoded);
        Assert.Equal(messages.Length, described.Length);
        for (int i = 0; i < messages.Length; i++)
        {
            string[] parts = described[i].Split('\t');
            Assert.Equal(Describe(messages[i]), parts[0]);
            Assert.Equal(encoded[i], parts[1]);
        }
    }

    [Fact]
    public void Payloads_of_an_owned_frame_are_slices_of_it_and_those_of_a_borrowed_one_are_copies()
    {
        byte[] frame = Encode(AppendOf(50, 100));
        RaftMessage owned = Decode(frame);
        RaftMessage borrowed = RaftMessageCodec.Decode(new ReadOnlySequence<byte>(frame), PayloadOwnership.Borrowed);
        foreach (LogEntry entry in owned.Entries.Span)
        {
            Assert.True(MemoryMarshal.TryGetArray(entry.Data, out ArraySegment<byte> segment));
            Assert.Same(frame, segment.Array);
        }

        Array.Clear(frame);
        Assert.True(RaftMessageEquality.ContentEquals(AppendOf(50, 100), borrowed));
    }

    [Fact]
    public void Decoding_an_owned_frame_allocates_the_list_of_entries_and_nothing_for_each_entry()
    {
        byte[] frame = Encode(AppendOf(1000, 64));
        Decode(frame);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RaftMessage message = Decode(frame);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(1000, message.Entries.Length);
        Assert.True(allocated < 1000 * 48, $"{allocated} bytes for 1,000 entries");
    }

    [Fact]
    public void Encoding_into_a_queue_allocates_nothing_for_each_entry()
    {
        RaftMessage message = AppendOf(1000, 64);
        var output = new ArrayBufferWriter<byte>(1 << 20);
        RaftMessageCodec.Encode(message, output);
        output.ResetWrittenCount();
        long before = GC.GetAllocatedBytesForCurrentThread();
        RaftMessageCodec.Encode(message, output);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100);
    }

    [Fact]
    public void Fields_that_a_later_version_adds_are_passed_over()
    {
        RaftMessage message = SampleSnapshot();
        byte[] later = EncodeWithExtraFields(message);
        Assert.NotEqual(Encode(message).Length, later.Length);
        Assert.True(RaftMessageEquality.ContentEquals(message, Decode(later)));
    }

    [Fact]
    public void Metadata_of_a_snapshot_beyond_the_limit_is_refused()
    {
        RaftMessage message = SampleSnapshot();
        SnapshotDescriptor longest = message.Chunk!.Snapshot with
        {
            Metadata = new byte[SnapshotDescriptor.MaxMetadataBytes],
        };
        SnapshotDescriptor tooLong = longest with { Metadata = new byte[SnapshotDescriptor.MaxMetadataBytes + 1] };

        Assert.Equal(longest, Decode(Encode(With(longest))).Chunk!.Snapshot);
        Assert.Throws<ProtocolException>(() => Decode(Encode(With(tooLong))));

        RaftMessage With(SnapshotDescriptor snapshot) =>
            message with { Chunk = message.Chunk with { Snapshot = snapshot } };
    }

    [Fact]
    public void A_message_of_the_version_before_is_read_without_the_fields_that_it_lacks()
    {
        RaftMessage message = Decode(Convert.FromHexString("9c0701020304050690c20000c0"));

        Assert.Equal(
            new RaftMessage
            {
                Type = RaftMessageType.Heartbeat, From = new MemberId(1), To = new MemberId(2), Term = 3, Index = 4,
                LogTerm = 5, Commit = 6,
            },
            message);
    }

    [Theory]
    [InlineData("9b0701020304050607c2000000")]
    [InlineData("9c00010203040506 90c20000c0")]
    [InlineData("9c13010203040506 90c20000c0")]
    [InlineData("9c07010203040506 90c20000c0c0")]
    [InlineData("9c01010203040506 9194010103c400c20000c0")]
    [InlineData("9c01010203040506 ddffffffffc20000c0")]
    [InlineData("9c09010203040506 90c2000095 93 0101 93ddffffffff9090 0000c40000")]
    [InlineData("a0")]
    [InlineData("")]
    public void What_is_no_message_is_refused(string hex) =>
        Assert.ThrowsAny<ProtocolException>(() => Decode(Convert.FromHexString(hex.Replace(" ", ""))));

    private static byte[] Encode(RaftMessage message)
    {
        var output = new ArrayBufferWriter<byte>();
        RaftMessageCodec.Encode(message, output);
        return output.WrittenSpan.ToArray();
    }

    private static RaftMessage Decode(byte[] frame) =>
        RaftMessageCodec.Decode(new ReadOnlySequence<byte>(frame), PayloadOwnership.Owned);

    private static RaftMessage AppendOf(int entries, int bytes) =>
        new()
        {
            Type = RaftMessageType.Append,
            From = new MemberId(1),
            To = new MemberId(2),
            Term = 1,
            Entries = Enumerable.Range(1, entries)
                .Select(i => new LogEntry(
                    (ulong)i, 1, LogEntryKind.Command, Enumerable.Repeat((byte)i, bytes).ToArray()))
                .ToArray(),
        };

    private static RaftMessage SampleSnapshot() =>
        new()
        {
            Type = RaftMessageType.SnapshotChunk,
            From = new MemberId(1),
            To = new MemberId(2),
            Entries = new LogEntry[] { new(1, 2, LogEntryKind.Command, new byte[] { 1, 2, 3 }) },
            Chunk = new SnapshotChunk(
                new SnapshotDescriptor(new LogPosition(3, 4), new byte[] { 9, 8 }),
                5,
                6,
                new byte[] { 7 },
                8),
        };

    // The same message as a later version might write it: each array has a field more, of a kind of its own.
    private static byte[] EncodeWithExtraFields(RaftMessage message)
    {
        SnapshotChunk chunk = message.Chunk!;
        LogEntry entry = message.Entries.Span[0];
        var output = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(output);
        writer.WriteArrayHeader(16);
        foreach (ulong field in (ulong[])[(ulong)message.Type, message.From.Value, message.To.Value, 0, 0, 0, 0])
        {
            writer.Write(field);
        }

        writer.WriteArrayHeader(1);
        writer.WriteArrayHeader(5);
        writer.Write(entry.Index);
        writer.Write(entry.Term);
        writer.Write((ulong)entry.Kind);
        writer.WriteBinary(entry.Data.Span);
        writer.Write("later");
        writer.Write(false);
        writer.Write(0);
        writer.Write(0);
        writer.WriteArrayHeader(6);
        writer.WriteArrayHeader(4);
        writer.Write(chunk.Snapshot.Position.Index);
        writer.Write(chunk.Snapshot.Position.Term);
        writer.WriteBinary(chunk.Snapshot.Metadata.Span);
        writer.WriteMapHeader(1);
        writer.Write(1);
        writer.WriteArrayHeader(1);
        writer.WriteNil();
        writer.Write(chunk.TotalLength);
        writer.Write(chunk.Offset);
        writer.WriteBinary(chunk.Data.Span);
        writer.Write(chunk.Checksum);
        writer.WriteBinary(new byte[] { 1, 2 });
        writer.Write(message.ClusterId);
        writer.Write(message.FormatVersion);
        writer.WriteNil();
        writer.Write(new byte[300]);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static string Describe(in RaftMessage message)
    {
        string entries = string.Join(',', message.Entries.ToArray().Select(entry =>
            $"[{entry.Index},{entry.Term},{(byte)entry.Kind},x{Convert.ToHexStringLower(entry.Data.Span)}]"));
        string chunk = message.Chunk is not { } part
            ? "None"
            : $"[[{part.Snapshot.Position.Index},{part.Snapshot.Position.Term},"
                + $"x{Convert.ToHexStringLower(part.Snapshot.Metadata.Span)}],"
                + $"{part.TotalLength},{part.Offset},x{Convert.ToHexStringLower(part.Data.Span)},{part.Checksum}]";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{(byte)message.Type},{message.From.Value},{message.To.Value},{message.Term},{message.Index},"
            + $"{message.LogTerm},{message.Commit},[{entries}],{message.Reject},{message.RejectHint},"
            + $"{message.Context},{chunk},{message.ClusterId},{message.FormatVersion}]");
    }
}
