using System.ComponentModel;
using System.Globalization;

namespace EmbeddedConsensus.Tests.Hosting;

public sealed class MemberIdTests
{
    [Theory]
    [InlineData(1UL, "1")]
    [InlineData(16UL, "16")]
    [InlineData(ulong.MaxValue, "18446744073709551615")]
    public void An_id_is_written_and_read_as_the_decimal_number_that_options_have(ulong value, string text)
    {
        MemberId id = new(value);

        Assert.Equal(text, id.ToString());
        Assert.Equal(text, $"{id}");
        Assert.Equal(id, MemberId.Parse(text, CultureInfo.InvariantCulture));
        Assert.True(MemberId.TryParse(text, null, out MemberId parsed));
        Assert.Equal(id, parsed);
        Assert.Equal(id, TypeDescriptor.GetConverter(typeof(MemberId)).ConvertFromInvariantString(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData(" 1")]
    [InlineData("1,000")]
    [InlineData("a")]
    [InlineData("0x10")]
    [InlineData("18446744073709551616")]
    public void What_is_no_id_is_refused(string text)
    {
        Assert.False(MemberId.TryParse(text, null, out MemberId none));
        Assert.Equal(MemberId.None, none);
        Assert.ThrowsAny<SystemException>(() => MemberId.Parse(text, null));
    }

    [Fact]
    public void Nothing_is_no_id()
    {
        Assert.False(MemberId.TryParse(null, null, out _));
        Assert.Throws<ArgumentNullException>(() => MemberId.Parse(null!, null));
    }
}
