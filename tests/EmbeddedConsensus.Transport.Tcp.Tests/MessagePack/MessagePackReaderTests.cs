using System.Buffers;
using EmbeddedConsensus.Transport.Tcp.MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Tests.MessagePack;

public sealed class MessagePackReaderTests
{
    [Theory]
    [InlineData("dcffff", "array of 65,535")]
    [InlineData("ddffffffff", "array of 2^32 - 1")]
    [InlineData("9f0102", "array of 15 with 2")]
    [InlineData("deffff", "map of 65,535")]
    [InlineData("dfffffffff", "map of 2^32 - 1")]
    [InlineData("c6ffffffff00", "binary of 4 GiB")]
    [InlineData("c6", "half a header")]
    [InlineData("dbffffffff00", "string of 4 GiB")]
    [InlineData("c9ffffffff00", "extension of 4 GiB")]
    [InlineData("cf00", "half a number")]
    [InlineData("c1", "the code that is never used")]
    [InlineData("", "nothing")]
    public void A_length_beyond_the_input_is_refused_by_skip_without_memory_for_it(string hex, string what)
    {
        byte[] input = Convert.FromHexString(hex);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<MessagePackFormatException>(() => Reader(input).Skip());
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000, what);
    }

    [Fact]
    public void Nesting_of_any_depth_is_skipped_without_recursion()
    {
        byte[] deep = [.. Enumerable.Repeat((byte)0x91, 1_000_000), 0xc0];
        MessagePackReader reader = Reader(deep);
        reader.Skip();
        Assert.Equal(0, reader.Remaining);
    }

    [Theory]
    [InlineData("c704ff01020304")]
    [InlineData("d40100")]
    [InlineData("d80100000000000000000000000000000000")]
    [InlineData("ca3f800000")]
    [InlineData("cb3ff0000000000000")]
    [InlineData("82a161c0a162c3")]
    [InlineData("c80001ffaa")]
    public void Formats_that_we_never_write_are_skipped(string hex)
    {
        byte[] input = [.. Convert.FromHexString(hex), 0x2a];
        MessagePackReader reader = Reader(input);
        reader.Skip();
        Assert.Equal(42UL, reader.ReadUInt64());
    }

    [Fact]
    public void A_number_is_read_from_any_of_its_forms()
    {
        Assert.Equal(5UL, Reader(Convert.FromHexString("cf0000000000000005")).ReadUInt64());
        Assert.Equal(5UL, Reader(Convert.FromHexString("d005")).ReadUInt64());
        Assert.Equal(5L, Reader(Convert.FromHexString("d30000000000000005")).ReadInt64());
        Assert.Equal(5L, Reader(Convert.FromHexString("cd0005")).ReadInt64());
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("d0ff")]
    [InlineData("c3")]
    [InlineData("a161")]
    public void What_is_no_number_without_sign_is_refused(string hex) =>
        Assert.Throws<MessagePackFormatException>(() => Reader(Convert.FromHexString(hex)).ReadUInt64());

    [Fact]
    public void Limits_are_kept()
    {
        Assert.Throws<MessagePackFormatException>(() => Reader([0xcd, 0x01, 0x00]).ReadUInt32(255));
        Assert.Throws<MessagePackFormatException>(() => Reader([0xa3, 0x61, 0x62, 0x63]).ReadString(2));
        Assert.Throws<MessagePackFormatException>(() => Reader(Convert.FromHexString("cf8000000000000000")).ReadInt64());
        Assert.Throws<MessagePackFormatException>(() => Reader([0x92, 0, 0, 0]).ReadArrayHeader(minElementBytes: 2));
    }

    private static MessagePackReader Reader(byte[] input) => new(new ReadOnlySequence<byte>(input));
}
