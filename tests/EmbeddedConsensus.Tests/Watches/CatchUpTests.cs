using EmbeddedConsensus.Watches;

namespace EmbeddedConsensus.Tests.Watches;

/// <summary>Watchers that read the history.</summary>
public sealed class CatchUpTests : IDisposable
{
    private readonly WatchFixture _store = new(64 << 20);

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(777)]
    [Trait("Case", "S5")]
    public void A_single_key_is_caught_up_from_its_own_versions_as_a_range_is_from_the_index(long compact)
    {
        for (int i = 0; i < 3_000; i++)
        {
            // Dense at first, then rare; deleted and created again.
            _store.Machine.Put(i < 1_500 || i % 100 == 0 ? "k" : "other", $"{i}");
            if (i % 500 == 499)
            {
                _store.Machine.Delete("k");
            }
        }

        if (compact > 0)
        {
            _store.Machine.Compact(compact);
            while (_store.Machine.State.Store.Reclaim(1_000))
            {
                _store.Machine.State.Store.Publish();
            }
        }

        for (long first = Math.Max(2, compact); first < 3_100; first += 97)
        {
            Assert.Equal(
                WatchFixture.Text(WatchFixture.Take(_store.Watch(KeyRange.Prefix("k"), first))),
                WatchFixture.Text(WatchFixture.Take(_store.Watch("k", first))));
        }
    }

    [Fact]
    [Trait("Case", "S5")]
    public void A_single_key_watcher_far_behind_finds_its_events_in_one_piece()
    {
        _store.Machine.Put("k", "first");
        for (int i = 0; i < 2 * WatchLimits.PieceScans; i++)
        {
            _store.Machine.Put("other", "");
        }

        _store.Machine.Put("k", "last");
        List<WatchEvent> piece = [];
        Assert.True(_store.Watch("k", 2).TryTake(piece));
        Assert.Equal(["first", "last"], piece.Select(next => $"{next.KeyValue.Value}"));
    }

    [Fact]
    [Trait("Case", "S5")]
    public void Watchers_of_one_range_share_what_they_catch_up_with()
    {
        for (int i = 0; i < 3_000; i++)
        {
            _store.Machine.Put($"k{i % 7}", $"{i}");
        }

        // Restarted at different places; they take turns, as on a thread pool.
        List<(Watcher Watcher, List<WatchEvent> Events)> watchers =
        [
            .. Enumerable.Range(0, 50).Select(i =>
                (_store.Watch(KeyRange.Prefix("k"), 2 + (i * 3)), new List<WatchEvent>())),
        ];
        HashSet<WatchEvent> distinct = new(ReferenceEqualityComparer.Instance);
        List<WatchEvent> piece = [];
        for (bool isMore = true; isMore;)
        {
            isMore = false;
            foreach ((Watcher watcher, List<WatchEvent> events) in watchers)
            {
                isMore |= watcher.TryTake(piece);
                events.AddRange(piece);
                distinct.UnionWith(piece);
                piece.Clear();
            }
        }

        for (int i = 0; i < watchers.Count; i++)
        {
            Assert.Equal(
                Enumerable.Range(2 + (i * 3), 3_000 - (i * 3)), watchers[i].Events.Select(next => (int)next.Revision));
        }

        Assert.InRange(distinct.Count, 3_000, 3_100);
        Assert.Equal(0, _store.Hub.Budget.Used);
    }

    [Fact]
    [Trait("Scenario", "47")]
    public void Progress_waits_for_what_was_distributed_and_not_taken()
    {
        Watcher watcher = _store.Watch("k");
        Assert.Empty(WatchFixture.Take(watcher));
        Assert.Equal(1, watcher.SyncedRevision);
        _store.Machine.Put("k", "v");
        _store.Hub.Publish();
        Assert.Equal(1, watcher.SyncedRevision);
        _store.Hub.Distribute();
        Assert.Null(watcher.SyncedRevision);
        Assert.True(watcher.TryTake([]));
        Assert.Equal(2, watcher.SyncedRevision);
    }

    [Fact]
    [Trait("Scenario", "49")]
    public void A_watcher_that_keeps_up_receives_what_a_compaction_takes_away_before_it_was_distributed()
    {
        Watcher watcher = _store.Watch(KeyRange.All);
        Assert.Empty(WatchFixture.Take(watcher));
        _store.Machine.Put("k", "1");
        _store.Machine.Put("k", "2");
        _store.Hub.Publish();
        _store.Machine.Put("k", "3");
        _store.Machine.Compact(4);
        _store.Publish();

        Assert.Equal("2:k=1. 3:k=2. 4:k=3.", WatchFixture.Text(WatchFixture.Take(watcher)));
    }

    [Fact]
    public void A_watcher_is_woken_once_a_revision_was_distributed()
    {
        Watcher watcher = _store.Watch("quiet");
        Assert.Empty(WatchFixture.Take(watcher));
        _store.Hub.WakeAt(watcher, 3);
        _store.Put("other", "");
        Assert.Equal(0, _store.Wakes);
        _store.Put("other", "");
        Assert.Equal((1, 3L), (_store.Wakes, watcher.SyncedRevision));
        _store.Hub.WakeAt(watcher, 2);
        Assert.Equal(2, _store.Wakes);
    }
}
