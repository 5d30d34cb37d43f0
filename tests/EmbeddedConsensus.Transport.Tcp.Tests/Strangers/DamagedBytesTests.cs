using System.IO.Pipelines;
using EmbeddedConsensus.Transport.Tcp.Tests.Golden;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Strangers;

/// <summary>Every kind of frame and handshake, damaged at random: what cannot be read ends in one kind of
/// error.</summary>
public sealed class DamagedBytesTests
{
    private const int MaxFrameBytes = 1 << 20;
    private const int Damages = 400;

    private static readonly Dictionary<string, string> Recorded = RecordedConversation.Load(ProtocolVersion.Max);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Damaged_handshakes_are_refused_or_read(int seed)
    {
        foreach (byte[] bytes in Damaged(seed, name => name.StartsWith("handshake", StringComparison.Ordinal)))
        {
            await OnlyAsync(async () => await HandshakeCodec.ReadRequestAsync(new MemoryStream(bytes), default));
            await OnlyAsync(async () => await HandshakeCodec.ReadResponseAsync(new MemoryStream(bytes), default));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Damaged_frames_are_refused_also_where_their_checksum_is_right(int seed)
    {
        foreach (byte[] bytes in Damaged(seed, RecordedMessages.All.ContainsKey))
        {
            await OnlyAsync(async () => await ReadAllAsync(bytes));
            await OnlyAsync(async () => await ReadAllAsync(Signed(bytes)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Damaged_requests_are_refused(int seed)
    {
        foreach (byte[] bytes in Damaged(seed, RecordedConversation.Bodies.ContainsKey))
        {
            await OnlyAsync(async () => await RequestFrame.ReadAsync(
                new MemoryStream(bytes), ProtocolVersion.Max, default));
        }
    }

    private static async Task ReadAllAsync(byte[] bytes)
    {
        var reader = new FrameReader(PipeReader.Create(new MemoryStream(bytes)), MaxFrameBytes, ProtocolVersion.Max);
        while (await reader.ReadAsync(default) is not null)
        {
        }
    }

    // Whatever else is thrown fails the test.
    private static async Task OnlyAsync(Func<Task> read)
    {
        try
        {
            await read();
        }
        catch (Exception exception) when (exception is ProtocolException or EndOfStreamException)
        {
            // The connection that these bytes came over would be closed.
            return;
        }
    }

    private static IEnumerable<byte[]> Damaged(int seed, Func<string, bool> isChosen)
    {
        var random = new Random(seed);
        byte[][] whole =
            [.. Recorded.Where(line => isChosen(line.Key)).Select(line => Convert.FromHexString(line.Value))];
        for (int i = 0; i < Damages; i++)
        {
            byte[] bytes = [.. whole[random.Next(whole.Length)]];
            for (int flips = random.Next(1, 5); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            yield return random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
        }
    }

    /// <summary>The same bytes as a frame whose length, version and checksum are right.</summary>
    private static byte[] Signed(byte[] bytes)
    {
        byte[] frame = bytes.Length > FrameHeader.Size ? [.. bytes] : [.. bytes, .. new byte[FrameHeader.Size]];
        uint length = (uint)(frame.Length - FrameHeader.Size);
        uint checksum = Crc32C.Append(
            FrameHeader.BeginChecksum(length, ProtocolVersion.Max), frame.AsSpan(FrameHeader.Size));
        new FrameHeader(length, ProtocolVersion.Max, checksum).Write(frame);
        return frame;
    }
}
