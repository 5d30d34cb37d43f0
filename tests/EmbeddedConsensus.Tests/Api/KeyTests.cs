namespace EmbeddedConsensus.Tests.Api;

public sealed class KeyTests
{
    [Fact]
    [Trait("Case", "T24")]
    public void A_text_with_a_lone_surrogate_is_no_key_and_no_value()
    {
        foreach (string text in (string[])["\ud800", "a\udc00", "\ud800x"])
        {
            Assert.Equal("text", Assert.Throws<ArgumentException>(() => (Key)text).ParamName);
            Assert.Equal("text", Assert.Throws<ArgumentException>(() => Value.FromString(text)).ParamName);
            Assert.Throws<ArgumentException>(() => (KeyRange)text);
        }

        Assert.Equal("😀", ((Key)"😀").ToString());
    }

    [Fact]
    public void Keys_and_values_come_from_literals_and_memory_and_go_back_to_texts_and_arrays()
    {
        byte[] bytes = [1, 2];
        Memory<byte> memory = bytes;

        Key literal = "a"u8;
        Key wrapped = memory;
        Value value = memory;
        KeyRange range = "a"u8;

        Assert.Equal((Key)"a", literal);
        Assert.Equal(KeyRange.Single("a"), range);
        Assert.True(wrapped.Span.Overlaps(bytes));
        Assert.True(value.Span.Overlaps(bytes));
        Assert.Equal("a", (string)literal);
        Assert.Equal(bytes, (byte[])wrapped);
        Assert.NotSame(bytes, wrapped.ToArray());
        Assert.Equal("a", (string)(Value)"a");
        Assert.Equal(bytes, (byte[])value);
    }

    [Fact]
    public void A_key_tells_whether_it_begins_with_a_prefix()
    {
        Key key = "locks/a";

        Assert.True(key.StartsWith("locks/"));
        Assert.True(key.StartsWith(key));
        Assert.True(key.StartsWith(default));
        Assert.False(key.StartsWith("locks/ab"));
        Assert.False(key.StartsWith("x"));
    }

    [Fact]
    public void The_range_after_a_key_begins_with_the_next_one()
    {
        KeyRange after = KeyRange.After("a");
        KeyRange page = KeyRange.After("p/b", KeyRange.Prefix("p/"));

        Assert.False(after.Contains("a"));
        Assert.True(after.Contains("a\0") && after.Contains("b"));
        Assert.False(page.Contains("p/b") || page.Contains("p/a") || page.Contains("q"));
        Assert.True(page.Contains("p/b\0") && page.Contains("p/c"));
        Assert.Equal(KeyRange.Prefix("p/"), KeyRange.After("a", KeyRange.Prefix("p/")));
        Assert.False(KeyRange.After("a", "a").Contains("a"));
        Assert.False(KeyRange.After("z", KeyRange.Between("a", "c")).Contains("z\0"));
        Assert.True(KeyRange.After("a", KeyRange.All).Contains("z"));
    }
}
