using System.IO.Pipelines;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Transport;
using EmbeddedConsensus.Transport.Tcp.Connections;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Wire;

public sealed class FrameReaderTests
{
    private const int MaxFrameBytes = 1 << 20;

    // A message without payload, one with a small and one with a large payload, and a keep-alive between them.
    private static readonly RaftMessage[] Messages =
    [
        new() { Type = RaftMessageType.Heartbeat, From = new MemberId(1), To = new MemberId(2), Term = 9 },
        AppendOf(100),
        AppendOf(3000),
        new() { Type = RaftMessageType.VoteResponse, From = new MemberId(1), To = new MemberId(2), Reject = true },
    ];

    [Fact]
    public async Task Frames_may_be_split_at_every_byte()
    {
        byte[] stream = Encode(Messages);
        for (int split = 1; split < stream.Length; split++)
        {
            await ExpectAllAsync(new SplitStream(stream, split, int.MaxValue));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(13)]
    [InlineData(1000)]
    public async Task Frames_may_come_in_pieces_of_any_size(int size) =>
        await ExpectAllAsync(new SplitStream(Encode(Messages), size));

    [Fact]
    public async Task A_stream_that_ends_inside_a_frame_is_refused_wherever_it_ends()
    {
        byte[] stream = Encode(Messages[..3]);
        int[] ends = FrameEnds(Messages[..3]);
        for (int length = 1; length < stream.Length; length++)
        {
            FrameReader reader = Reader(new SplitStream(stream[..length], 700));
            int whole = ends.Where((_, i) => i % 2 == 0).Count(end => end <= length);
            for (int i = 0; i < whole; i++)
            {
                Assert.NotNull(await reader.ReadAsync(default));
            }

            if (ends.Contains(length))
            {
                Assert.Null(await reader.ReadAsync(default));
            }
            else
            {
                await Assert.ThrowsAnyAsync<ProtocolException>(async () => await reader.ReadAsync(default));
            }
        }
    }

    [Fact]
    public async Task Any_flipped_bit_is_refused()
    {
        foreach (RaftMessage message in (RaftMessage[])[Messages[0], AppendOf(2100)])
        {
            byte[] frame = Encode([message]);
            for (int bit = 0; bit < frame.Length * 8; bit += frame.Length > 1000 ? 7 : 1)
            {
                frame[bit / 8] ^= (byte)(1 << (bit % 8));
                await Assert.ThrowsAnyAsync<ProtocolException>(
                    async () => await Reader(new SplitStream(frame, int.MaxValue)).ReadAsync(default));
                frame[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData((uint)int.MaxValue)]
    [InlineData(MaxFrameBytes + 1U)]
    public async Task A_length_above_the_limit_is_refused_before_memory_is_taken(uint length)
    {
        byte[] header = new byte[100];
        new FrameHeader(length, ProtocolVersion.Max, 0).Write(header);
        FrameReader reader = Reader(new SplitStream(header, int.MaxValue));
        long before = GC.GetAllocatedBytesForCurrentThread();
        ProtocolException refusal =
            await Assert.ThrowsAnyAsync<ProtocolException>(async () => await reader.ReadAsync(default));
        Assert.Contains($"the limit is {MaxFrameBytes}", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public async Task A_frame_of_another_version_is_refused()
    {
        byte[] frame = Encode([Messages[0]], version: 9);
        ProtocolException exception = await Assert.ThrowsAnyAsync<ProtocolException>(
            async () => await Reader(new SplitStream(frame, int.MaxValue)).ReadAsync(default));
        Assert.Contains("version 9", exception.Message, StringComparison.Ordinal);
    }

    private static async Task ExpectAllAsync(Stream stream)
    {
        FrameReader reader = Reader(stream);
        foreach (RaftMessage expected in Messages)
        {
            RaftMessage? read = await reader.ReadAsync(default);
            Assert.True(read is { } message && RaftMessageEquality.ContentEquals(expected, message));
        }

        Assert.Null(await reader.ReadAsync(default));
    }

    private static FrameReader Reader(Stream stream) =>
        new(
            PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 4096)),
            MaxFrameBytes,
            ProtocolVersion.Max);

    private static byte[] Encode(RaftMessage[] messages, byte version = ProtocolVersion.Max)
    {
        var queue = new SendQueue();
        foreach (RaftMessage message in messages)
        {
            queue.Append(message, version);
            if (messages.Length > 1)
            {
                queue.AppendKeepAlive(version);
            }
        }

        byte[] bytes = [.. Enumerable.Range(0, queue.BlockCount).SelectMany(i => queue.BlockAt(i).ToArray())];
        queue.Clear();
        return bytes;
    }

    // Where a stream of these messages may end without cutting a frame.
    private static int[] FrameEnds(RaftMessage[] messages)
    {
        var ends = new List<int>();
        int end = 0;
        foreach (RaftMessage message in messages)
        {
            end += Encode([message]).Length;
            ends.Add(end);
            end += FrameHeader.Size;
            ends.Add(end);
        }

        return [.. ends];
    }

    private static RaftMessage AppendOf(int bytes) =>
        new()
        {
            Type = RaftMessageType.Append,
            From = new MemberId(1),
            To = new MemberId(2),
            Entries = new LogEntry[] { new(1, 1, LogEntryKind.Command, Enumerable.Repeat((byte)7, bytes).ToArray()) },
        };
}
