using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace EmbeddedConsensus.Chaos.Proxy;

/// <summary>Carries the bytes of one direction of a connection along a link. The end of the connection travels like a
/// byte: a blocked link does not tell that the other side is gone.</summary>
internal static class Pump
{
    private const int ChunkBytes = 16 << 10;

    // What is under way on a link; what does not fit waits at the sender, as behind a full window.
    private const int MaxChunks = 128;

    /// <summary>Carries until the connection ends.</summary>
    /// <param name="source">Where the bytes come from.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="link">The link that they take.</param>
    /// <param name="cancellationToken">Cuts the connection.</param>
    public static async Task RunAsync(
        NetworkStream source, NetworkStream destination, Link link, CancellationToken cancellationToken)
    {
        Channel<Chunk> underWay = Channel.CreateBounded<Chunk>(MaxChunks);
        Task reading = ReadAsync(source, underWay.Writer, cancellationToken);
        try
        {
            await foreach (Chunk chunk in underWay.Reader.ReadAllAsync(cancellationToken))
            {
                await link.PassAsync(chunk.SentAt, chunk.Count, cancellationToken);
                await destination.WriteAsync(chunk.Bytes.AsMemory(0, chunk.Count), cancellationToken);
                ArrayPool<byte>.Shared.Return(chunk.Bytes);
            }

            await link.WaitOpenAsync(cancellationToken);
        }
        catch (Exception exception) when (PeerProxy.IsEnd(exception))
        {
            // The caller closes both sides, which ends the reading too.
            return;
        }

        await reading;
    }

    private static async Task ReadAsync(
        NetworkStream source, ChannelWriter<Chunk> underWay, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                byte[] bytes = ArrayPool<byte>.Shared.Rent(ChunkBytes);
                int count = await source.ReadAsync(bytes, cancellationToken);
                if (count == 0)
                {
                    return;
                }

                await underWay.WriteAsync(new Chunk(bytes, count, Stopwatch.GetTimestamp()), cancellationToken);
            }
        }
        catch (Exception exception) when (PeerProxy.IsEnd(exception))
        {
            return;
        }
        finally
        {
            underWay.Complete();
        }
    }

    private readonly record struct Chunk(byte[] Bytes, int Count, long SentAt);
}
