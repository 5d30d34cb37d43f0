using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;

namespace EmbeddedConsensus.Tests.Storage;

/// <summary>The encoded hard states of a batch.</summary>
public sealed class HardStateBufferTests
{
    [Fact]
    [Trait("Scenario", "1")]
    public void Every_hard_state_of_a_batch_stays_as_it_was_added()
    {
        HardStateBuffer buffer = new();
        for (ulong batch = 1; batch <= 3; batch++)
        {
            buffer.Clear();
            HardState[] states =
            [
                .. Enumerable.Range(1, 20).Select(
                    i => new HardState((100 * batch) + (ulong)i, new MemberId((ulong)i), 0, new MemberId(7))),
            ];
            ReadOnlyMemory<byte>[] encoded = [.. states.Select(buffer.Add)];

            Assert.Equal(states, encoded.Select(bytes => HardStateCodec.Decode(bytes.Span)));
        }
    }

    [Fact]
    public void A_batch_as_large_as_the_one_before_needs_no_memory()
    {
        HardStateBuffer buffer = new();
        AddTen(buffer);
        AddTen(buffer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AddTen(buffer);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void AddTen(HardStateBuffer buffer)
    {
        buffer.Clear();
        for (ulong term = 1; term <= 10; term++)
        {
            buffer.Add(new HardState(term, default, 0, new MemberId(1)));
        }
    }
}
