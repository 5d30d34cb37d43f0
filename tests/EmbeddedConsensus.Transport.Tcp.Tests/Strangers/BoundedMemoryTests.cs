using System.Buffers;
using System.IO.Pipelines;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport.Tcp.Tests.Connections;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Strangers;

/// <summary>What is announced takes no memory, and what a few bytes can claim is bounded.</summary>
public sealed class BoundedMemoryTests
{
    private const int FrameBytes = 4 << 20;

    [Fact]
    [Trait("Case", "T5")]
    public void A_frame_takes_memory_as_its_bytes_come()
    {
        var pipe = new Pipe(new PipeOptions(
            readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline,
            useSynchronizationContext: false, pauseWriterThreshold: 0));
        var reader = new FrameReader(pipe.Reader, FrameBytes, ProtocolVersion.Max);
        byte[] header = new byte[FrameHeader.Size];
        new FrameHeader(FrameBytes - 1, ProtocolVersion.Max, 0).Write(header);

        long before = GC.GetAllocatedBytesForCurrentThread();
        ValueTask<RaftMessage?> message = reader.ReadAsync(default);
        pipe.Writer.Write(header);
        pipe.Writer.Write(new byte[1000]);
        Task flushed = pipe.Writer.FlushAsync().AsTask();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(flushed.IsCompletedSuccessfully);
        Assert.False(message.IsCompleted);
        Assert.InRange(allocated, 0, 256 << 10);
    }

    [Theory]
    [InlineData((64 << 10) + 1)]
    [InlineData(200_000)]
    [InlineData((256 << 10) - 1)]
    [InlineData(3_000_000)]
    public async Task A_frame_that_grows_is_read_whole(int payloadBytes)
    {
        byte[] payload = new byte[payloadBytes];
        new Random(payloadBytes).NextBytes(payload);
        RaftMessage message = TcpNode.Heartbeat(2, 1, 5) with
        {
            Type = RaftMessageType.Append,
            Entries = new LogEntry[] { new(1, 1, LogEntryKind.Command, payload) },
        };
        var reader = new FrameReader(
            PipeReader.Create(new MemoryStream([.. RawPeer.Frame(message), .. RawPeer.Frame(message)])),
            FrameBytes, ProtocolVersion.Max);

        for (int i = 0; i < 2; i++)
        {
            RaftMessage? read = await reader.ReadAsync(default);
            Assert.True(read!.Value.Entries.Span[0].Data.Span.SequenceEqual(payload));
        }
    }

    [Fact]
    [Trait("Case", "T5")]
    public void A_chunk_with_more_metadata_than_a_snapshot_has_is_refused()
    {
        RaftMessage message = TcpNode.Heartbeat(2, 1, 0) with
        {
            Type = RaftMessageType.SnapshotChunk,
            Chunk = new SnapshotChunk(
                new SnapshotDescriptor(new LogPosition(5, 1), new byte[SnapshotDescriptor.MaxMetadataBytes + 1]),
                1, 0, default, 0),
        };

        Assert.Throws<ProtocolException>(() => Decode(Encode(message)));
    }

    [Fact]
    [Trait("Case", "T5")]
    public void A_message_of_more_entries_than_a_batch_holds_is_refused()
    {
        LogEntry[] entries = [.. Enumerable.Range(1, (1 << 16) + 1)
            .Select(index => new LogEntry((ulong)index, 1, LogEntryKind.Command, default))];
        RaftMessage message = TcpNode.Heartbeat(2, 1, 0) with { Type = RaftMessageType.Append };

        Assert.Equal(1 << 16, Decode(Encode(message with { Entries = entries.AsMemory(1) })).Entries.Length);
        Assert.Throws<ProtocolException>(() => Decode(Encode(message with { Entries = entries })));
    }

    private static byte[] Encode(in RaftMessage message)
    {
        var output = new ArrayBufferWriter<byte>();
        RaftMessageCodec.Encode(message, output);
        return output.WrittenSpan.ToArray();
    }

    private static RaftMessage Decode(byte[] bytes) =>
        RaftMessageCodec.Decode(new ReadOnlySequence<byte>(bytes), PayloadOwnership.Owned);
}
