using System.Buffers;
using EmbeddedConsensus.Transport.Tcp.Wire;
using MessagePack;

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
        Assert.Throws<MessagePackFormatException>(() => Skip(input));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000, what);
    }

    [Fact]
    public void Nesting_of_any_depth_is_skipped_without_recursion()
    {
        byte[] deep = [.. Enumerable.Repeat((byte)0x91, 1_000_000), 0xc0];
        MessagePackReader reader = Reader(deep);
        reader.SkipValue();
        Assert.True(reader.End);
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
        reader.SkipValue();
        Assert.Equal(42UL, reader.ReadUInt64());
    }

    [Theory]
    [InlineData("cf0000000000000005")]
    [InlineData("d005")]
    [InlineData("cd0005")]
    public void A_number_is_read_from_any_of_its_forms(string hex) =>
        Assert.Equal(5UL, Read(hex, static (ref reader) => reader.ReadUInt64()));

    [Theory]
    [InlineData("ff")]
    [InlineData("d0ff")]
    [InlineData("c3")]
    [InlineData("a161")]
    public void Anything_but_an_unsigned_number_is_refused(string hex) =>
        Assert.Throws<MessagePackFormatException>(() => Read(hex, static (ref reader) => reader.ReadUInt64()));

    [Fact]
    public void Numbers_above_their_type_are_refused()
    {
        Refused("cd0100", static (ref reader) => reader.ReadByte());
        Refused("cf0000000100000000", static (ref reader) => reader.ReadUInt32());
        Refused("cf8000000000000000", static (ref reader) => reader.ReadInt64());
    }

    [Fact]
    public void An_array_with_too_little_input_for_its_values_is_refused() =>
        Assert.Throws<MessagePackFormatException>(
            () => new FieldReader(Convert.FromHexString("92000000")).ReadArrayHeader(minElementBytes: 2));

    [Theory]
    [InlineData("c0")]
    [InlineData("a3616263")]
    [InlineData("93010203")]
    [InlineData("")]
    public void Anything_but_binary_is_refused_as_binary(string hex) =>
        Refused(hex, static (ref reader) => reader.ReadBinary().Length);

    private static void Refused<T>(string hex, Reading<T> read) =>
        Assert.Throws<MessagePackFormatException>(() => Read(hex, read));

    private static T Read<T>(string hex, Reading<T> read) =>
        MessagePackDecoder.Decode(
            new ReadOnlySequence<byte>(Convert.FromHexString(hex)),
            read,
            static (ref reader, read) => read(ref reader));

    private static void Skip(byte[] input) =>
        MessagePackDecoder.Decode(
            new ReadOnlySequence<byte>(input),
            0,
            static (ref reader, _) =>
            {
                reader.SkipValue();
                return true;
            });

    private static MessagePackReader Reader(byte[] input) => new(new ReadOnlySequence<byte>(input));

    private delegate T Reading<out T>(ref MessagePackReader reader);
}
