using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace EmbeddedConsensus.Chaos.Proxy;

/// <summary>Copies one direction of a connection over a link. The end of the connection travels like a byte, so a
/// blocked link does not reveal that the other side is gone.</summary>
internal static class Pump
{
    private const int ChunkBytes = 16 << 10;

    // In flight on a link; anything beyond that waits at the sender, as with a full TCP window.
    private const int MaxChunks = 128;

    /// <summary>Copies until the connection ends.</summary>
    /// <param name="source">The sending side.</param>
    /// <param name="destination">The receiving side.</param>
    /// <param name="link">The link.</param>
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
            // The caller closes both sides, which also ends the read.
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
