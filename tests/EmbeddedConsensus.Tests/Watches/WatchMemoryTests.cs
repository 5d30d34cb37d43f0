using EmbeddedConsensus.Watches;

namespace EmbeddedConsensus.Tests.Watches;

/// <summary>What watches hold in memory, and what they cost the thread that applies.</summary>
public sealed class WatchMemoryTests : IDisposable
{
    private const long MaxBytes = 1 << 20;
    private readonly WatchFixture _store = new(MaxBytes);

    public void Dispose() => _store.Dispose();

    [Fact]
    [Trait("Case", "S7")]
    [Trait("Scenario", "52")]
    public void Watchers_that_do_not_read_share_one_bound_and_lose_nothing()
    {
        const int Watchers = 100;
        const int Puts = 200;
        List<Watcher> slow = [];
        for (int i = 0; i < Watchers; i++)
        {
            // Each has a range of its own, so no two share a buffer.
            slow.Add(_store.Watch(KeyRange.Between("k", $"l{i:d3}")));
            Assert.Empty(WatchFixture.Take(slow[i]));
        }

        for (int i = 0; i < Puts; i++)
        {
            _store.Put("k", new byte[1_000]);
            Assert.InRange(_store.Hub.Budget.Used, 0, MaxBytes);
        }

        Assert.All(slow, watcher => Assert.Equal(
            Enumerable.Range(2, Puts), WatchFixture.Take(watcher).Select(next => (int)next.Revision)));
        Assert.Equal(0, _store.Hub.Budget.Used);
    }

    [Fact]
    [Trait("Case", "S7")]
    public void Readers_that_stand_still_hold_a_piece_each_and_then_one_revision()
    {
        const int Readers = 200;
        List<Watcher> readers = [.. Enumerable.Range(0, Readers).Select(_ => _store.Watch("k"))];
        readers.ForEach(reader => Assert.Empty(WatchFixture.Take(reader)));
        for (int i = 0; i < 100; i++)
        {
            _store.Put("k", new byte[4_000]);
        }

        List<List<WatchEvent>> held = [.. readers.Select(reader =>
        {
            List<WatchEvent> events = [];
            Assert.True(reader.TryTake(events));
            return events;
        })];

        Assert.Single(held[^1]);
        Assert.InRange(_store.Hub.Budget.Used, 0, MaxBytes + WatchLimits.PieceBytes + (Readers * 5_000));
        readers.ForEach(_store.Hub.Remove);
        Assert.Equal(0, _store.Hub.Budget.Used);
    }

    [Fact]
    [Trait("Case", "S4")]
    public void Publishing_costs_the_same_for_ten_watchers_as_for_ten_thousand()
    {
        long few = AllocatedByPublishing(watchers: 10);
        long many = AllocatedByPublishing(watchers: 10_000);

        Assert.Equal(few, many);
        Assert.InRange(few, 0, 100 * 16);
    }

    [Fact]
    [Trait("Case", "S6")]
    public void A_watcher_that_comes_and_goes_costs_the_logarithm_of_their_number()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _store.Watch(KeyRange.Prefix($"app/{i:d5}/"));
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            _store.Hub.Remove(_store.Watch(KeyRange.Prefix($"new/{i}")));
            _store.Put("new/1", "");
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 4_000);
    }

    [Fact]
    [Trait("Case", "S7")]
    [Trait("Scenario", "51")]
    public void A_huge_revision_comes_in_pieces_of_which_only_the_last_ends_it()
    {
        const int Keys = 20_000;
        for (int i = 0; i < Keys; i++)
        {
            _store.Machine.Put($"k{i:d5}", "v");
        }

        Watcher live = _store.Watch(KeyRange.All);
        Watcher single = _store.Watch("k00007");
        Assert.Empty(WatchFixture.Take(live).Concat(WatchFixture.Take(single)));
        Watcher late = _store.Watch(KeyRange.All, Keys);

        _store.Machine.Delete(KeyRange.All);
        _store.Publish();
        Assert.InRange(_store.Hub.Budget.Used, 0, MaxBytes);

        List<WatchEvent> piece = [];
        List<WatchEvent> all = [];
        while (live.TryTake(piece))
        {
            Assert.InRange(piece.Count, 0, WatchLimits.MaxEvents);
            Assert.All(piece.SkipLast(1), next => Assert.False(next.EndsRevision));
            all.AddRange(piece);
            Assert.True(piece.Count == 0 || piece[^1].EndsRevision == (all.Count == Keys));
            piece.Clear();
        }

        Assert.Equal(Enumerable.Range(0, Keys).Select(i => $"k{i:d5}"), all.Select(next => $"{next.KeyValue.Key}"));
        Assert.Equal($"{Keys + 2}:k00007-.", WatchFixture.Text(WatchFixture.Take(single)));
        Assert.Equal(2 + Keys, WatchFixture.Take(late).Count);
        _store.Put("k", "v");
        Assert.Equal($"{Keys + 3}:k=v.", WatchFixture.Text(WatchFixture.Take(live)));
    }

    private static long AllocatedByPublishing(int watchers)
    {
        using WatchFixture store = new(MaxBytes);
        for (int i = 0; i < watchers; i++)
        {
            Assert.Empty(WatchFixture.Take(store.Watch(i < 10 ? "k" : $"idle/{i}")));
        }

        long allocated = 0;
        for (int i = 0; i < 200; i++)
        {
            store.Machine.Put("k", "v");
            long before = GC.GetAllocatedBytesForCurrentThread();
            store.Hub.Publish();
            allocated += i < 100 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
            store.Hub.Distribute();
        }

        return allocated;
    }
}
