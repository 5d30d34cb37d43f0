namespace EmbeddedConsensus.Tests.StateMachine;

public sealed class RangeTests : IDisposable
{
    private readonly Machine _machine = new();

    public RangeTests()
    {
        // Revisions 2 to 6: b, a, c, a, and the deletion of b.
        _machine.Put("b", "2");
        _machine.Put("a", "3");
        _machine.Put("c", "1");
        _machine.Put("a", "0");
        _machine.Delete("b");
        _machine.Put("b", "9");
    }

    public void Dispose() => _machine.Dispose();

    private string Read(KeyRange range, RangeOptions options) =>
        string.Join(' ', _machine.Range(range, options).Items.Select(item => $"{item.Key}={item.Value}"));

    [Theory]
    [InlineData(SortTarget.Key, SortOrder.Ascending, "a=0 b=9 c=1")]
    [InlineData(SortTarget.Key, SortOrder.Descending, "c=1 b=9 a=0")]
    [InlineData(SortTarget.Version, SortOrder.Descending, "a=0 b=9 c=1")]
    [InlineData(SortTarget.CreateRevision, SortOrder.Ascending, "a=0 c=1 b=9")]
    [InlineData(SortTarget.ModRevision, SortOrder.Ascending, "c=1 a=0 b=9")]
    [InlineData(SortTarget.ModRevision, SortOrder.Descending, "b=9 a=0 c=1")]
    [InlineData(SortTarget.Value, SortOrder.Descending, "b=9 c=1 a=0")]
    public void Ranges_are_sorted_as_asked(SortTarget target, SortOrder order, string expected) =>
        Assert.Equal(expected, Read(KeyRange.All, new RangeOptions { SortTarget = target, SortOrder = order }));

    [Fact]
    [Trait("Case", "S2")]
    public void A_limit_says_that_there_is_more_and_counts_the_rest_when_asked()
    {
        foreach (SortOrder order in Enum.GetValues<SortOrder>())
        {
            RangeOptions two = new() { Limit = 2, SortOrder = order };
            RangeResult some = _machine.Range(KeyRange.All, two);
            RangeResult counted = _machine.Range(KeyRange.All, two with { IncludeCount = true });
            RangeResult all = _machine.Range(KeyRange.All, two with { Limit = 3 });

            Assert.Equal((2, null, true), (some.Items.Count, some.Count, some.More));
            Assert.Equal((2, 3L, true), (counted.Items.Count, counted.Count, counted.More));
            Assert.Equal((3, 3L, false), (all.Items.Count, all.Count, all.More));
        }
    }

    [Theory]
    [InlineData(5, 0, 0, 0, "a=0 b=9")]
    [InlineData(0, 5, 0, 0, "a=0 c=1")]
    [InlineData(0, 0, 4, 0, "b=9 c=1")]
    [InlineData(0, 0, 0, 4, "a=0 c=1")]
    [InlineData(5, 6, 3, 3, "a=0")]
    [InlineData(8, 0, 0, 0, "")]
    public void Bounds_on_revisions_select_keys_before_the_limit_applies(
        long minMod, long maxMod, long minCreate, long maxCreate, string expected)
    {
        foreach (SortTarget target in new[] { SortTarget.Key, SortTarget.CreateRevision })
        {
            RangeOptions options = new()
            {
                MinModRevision = minMod, MaxModRevision = maxMod,
                MinCreateRevision = minCreate, MaxCreateRevision = maxCreate, SortTarget = target,
            };
            string[] keys = expected.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            RangeResult all = _machine.Range(KeyRange.All, options);
            RangeResult one = _machine.Range(KeyRange.All, options with { Limit = 1, IncludeCount = true });
            RangeResult inTxn = _machine.Txn(Txn.Do(Op.Range(KeyRange.All, options))).GetRange(0);

            Assert.Equal(keys, all.Items.Select(item => $"{item.Key}={item.Value}").Order());
            Assert.Equal((null, false), (all.Count, all.More));
            Assert.Equal((3L, keys.Length > 1), (one.Count, one.More));
            Assert.Equal(all.Items, inTxn.Items);
        }
    }

    [Fact]
    public void A_range_at_an_older_revision_counts_what_existed_there()
    {
        RangeOptions older = new() { Revision = 5, Limit = 1, IncludeCount = true };

        Assert.Equal(3, _machine.Range(KeyRange.All, older).Count);
        Assert.Equal(2, _machine.Range(KeyRange.All, older with { Revision = 6 }).Count);
        Assert.Equal(2, _machine.Range(KeyRange.All, new RangeOptions { Revision = 6, CountOnly = true }).Count);
    }

    [Theory]
    [InlineData(SortTarget.Key, false)]
    [InlineData(SortTarget.Value, false)]
    [InlineData(SortTarget.Key, true)]
    [Trait("Case", "S14")]
    public void A_range_that_is_cancelled_ends(SortTarget target, bool countOnly)
    {
        using CancellationTokenSource source = new();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => _machine.Range(
            KeyRange.All, new RangeOptions { SortTarget = target, CountOnly = countOnly, Revision = 5 }, source.Token));
    }

    [Fact]
    public void Keys_only_and_count_only_leave_the_rest_out()
    {
        Assert.Equal("a= b= c=", Read(KeyRange.All, new RangeOptions { KeysOnly = true }));
        Assert.Equal("b= c= a=",
            Read(KeyRange.All, new RangeOptions
            {
                KeysOnly = true, SortTarget = SortTarget.Value, SortOrder = SortOrder.Descending,
            }));
        RangeResult count = _machine.Range(KeyRange.All, new RangeOptions { CountOnly = true });
        Assert.Equal((0, 3L), (count.Items.Count, count.Count));
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "b=2")]
    [InlineData(4, "a=3 b=2 c=1")]
    [InlineData(5, "a=0 b=2 c=1")]
    [InlineData(6, "a=0 c=1")]
    [InlineData(7, "a=0 b=9 c=1")]
    [InlineData(0, "a=0 b=9 c=1")]
    public void Every_revision_can_be_read_as_it_was(long revision, string expected) =>
        Assert.Equal(expected, Read(KeyRange.All, new RangeOptions { Revision = revision }));

    [Fact]
    public void Ranges_are_half_open()
    {
        Assert.Equal("a=0 b=9", Read(KeyRange.Between("a", "c"), new RangeOptions()));
        Assert.Equal("b=9 c=1", Read(KeyRange.From("aa"), new RangeOptions()));
        Assert.Equal("", Read(KeyRange.Between("c", "a"), new RangeOptions()));
        Assert.Equal("a=0", Read("a", new RangeOptions()));
    }

    [Fact]
    public void The_prefix_of_bytes_that_cannot_grow_reaches_to_the_end()
    {
        byte[] last = [0xff, 0xff];
        _machine.Put(new byte[] { 0xff, 0xff, 1 }, "x");
        _machine.Put(new byte[] { 0xff }, "y");

        Assert.Single(_machine.Range(KeyRange.Prefix(last)).Items);
        Assert.True(KeyRange.Prefix(last).IsUnbounded);
        Assert.Equal("b", KeyRange.Prefix(new byte[] { (byte)'a', 0xff }).End.ToString());
        Assert.Equal(KeyRange.All, KeyRange.Prefix(""));
        Assert.Throws<ArgumentException>(() => KeyRange.Between("a", ""));
    }

    [Fact]
    [Trait("Scenario", "44")]
    public void Reads_and_deletes_agree_within_and_behind_a_transaction()
    {
        TxnResult result = _machine.Txn(Txn.Do(
            Op.Put("d", "4"),
            Op.Delete(KeyRange.Between("a", "c"), returnPrevious: true),
            Op.Range(KeyRange.All),
            Op.Range(KeyRange.All, new RangeOptions { CountOnly = true })));

        Assert.Equal(["a", "b"], result.GetDelete(1).Previous.Select(item => item.Key.ToString()));
        Assert.Equal(["c", "d"], result.GetRange(2).Items.Select(item => item.Key.ToString()));
        Assert.Equal(2, result.GetRange(3).Count);
        Assert.Equal("c=1 d=4", Read(KeyRange.All, new RangeOptions()));
        Assert.Equal("a=0 b=9 c=1", Read(KeyRange.All, new RangeOptions { Revision = 7 }));
    }

    [Fact]
    [Trait("Scenario", "45")]
    public void Compaction_is_refused_outside_the_history()
    {
        Assert.IsType<FutureRevisionException>(_machine.Compact(8).Error);
        Assert.Null(_machine.Compact(5).Error);
        CompactedException again = Assert.IsType<CompactedException>(_machine.Compact(5).Error);
        Assert.Equal(5, again.CompactRevision);
        Assert.IsType<CompactedException>(_machine.Compact(4).Error);
        Assert.Null(_machine.Compact(7).Error);
    }
}
