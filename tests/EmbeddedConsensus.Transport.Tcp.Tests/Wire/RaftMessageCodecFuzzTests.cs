using System.Buffers;
using System.Buffers.Binary;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Wire;

/// <summary>Damaged input either is a message or ends in the one typed exception, at a bounded price.</summary>
public sealed class RaftMessageCodecFuzzTests
{
    // The least bytes of an entry (6) and of a member (1) against what they take in memory (40 and 8), and the
    // exception.
    private const int MaxGrowth = 16;
    private const int MaxFixedCost = 32 * 1024;

    [Fact]
    public void Every_truncation_of_a_message_is_refused()
    {
        int refused = 0;
        foreach (byte[] frame in Frames(seed: 1, count: 60, maxBytes: 2000))
        {
            for (int length = 0; length < frame.Length; length++)
            {
                Assert.False(TryDecode(frame[..length]));
                refused++;
            }
        }

        Assert.True(refused > 1000);
    }

    [Fact]
    public void A_message_with_any_bit_flipped_is_read_or_refused()
    {
        int refused = 0;
        foreach (byte[] frame in Frames(seed: 2, count: 40, maxBytes: 600))
        {
            for (int bit = 0; bit < frame.Length * 8; bit++)
            {
                frame[bit / 8] ^= (byte)(1 << (bit % 8));
                refused += TryDecode(frame) ? 0 : 1;
                frame[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }

        Assert.True(refused > 100);
    }

    [Fact]
    public void Hostile_lengths_anywhere_in_a_message_are_read_or_refused()
    {
        int refused = 0;
        foreach (byte[] frame in Frames(seed: 3, count: 40, maxBytes: 600))
        {
            foreach (byte code in (byte[])[0xc6, 0xc9, 0xdb, 0xdd, 0xdf])
            {
                foreach (uint length in (uint[])[uint.MaxValue, int.MaxValue, 0x8000_0000, 1 << 24, 70_000])
                {
                    for (int at = 0; at + 5 <= frame.Length; at += 3)
                    {
                        byte[] hostile = [.. frame];
                        hostile[at] = code;
                        BinaryPrimitives.WriteUInt32BigEndian(hostile.AsSpan(at + 1), length);
                        refused += TryDecode(hostile) ? 0 : 1;
                    }
                }
            }
        }

        Assert.True(refused > 1000);
    }

    [Fact]
    public void Random_bytes_are_read_or_refused()
    {
        var random = new Random(4);
        int refused = 0;
        for (int i = 0; i < 50_000; i++)
        {
            byte[] noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            if (noise.Length > 0 && i % 2 == 0)
            {
                noise[0] = 0x9c;
            }

            refused += TryDecode(noise) ? 0 : 1;
        }

        Assert.True(refused > 40_000);
    }

    private static bool TryDecode(byte[] frame)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool read;
        try
        {
            RaftMessageCodec.Decode(new ReadOnlySequence<byte>(frame), PayloadOwnership.Owned);
            read = true;
        }
        catch (ProtocolException)
        {
            read = false;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(
            allocated <= (frame.Length * MaxGrowth) + MaxFixedCost,
            $"{allocated} bytes were allocated for {frame.Length}");
        return read;
    }

    private static IEnumerable<byte[]> Frames(int seed, int count, int maxBytes)
    {
        var generator = new MessageGenerator(seed);
        while (count > 0)
        {
            RaftMessage message = generator.Next();
            if (RaftMessageCodec.MaxEncodedLength(message) <= maxBytes)
            {
                var output = new ArrayBufferWriter<byte>();
                RaftMessageCodec.Encode(message, output);
                yield return output.WrittenSpan.ToArray();
                count--;
            }
        }
    }
}
