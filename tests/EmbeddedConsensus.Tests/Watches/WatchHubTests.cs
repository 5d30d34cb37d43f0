using EmbeddedConsensus.Tests.StateMachine;
using EmbeddedConsensus.Watches;
using static EmbeddedConsensus.Tests.Watches.WatchFixture;

namespace EmbeddedConsensus.Tests.Watches;

public sealed class WatchHubTests : IDisposable
{
    private const long MaxBytes = 64 << 20;
    private readonly Machine _machine = new();
    private readonly WatchHub _hub;
    private readonly CountingSignal _signal = new();

    public WatchHubTests() => _hub = new WatchHub(() => _machine.State.Store.OpenView(), 1, MaxBytes);

    public void Dispose() => _machine.Dispose();

    private Watcher Watch(KeyRange range, long first = 0, WatchOptions? options = null) =>
        _hub.Add(range, options ?? new WatchOptions(), first == 0 ? _hub.Revision + 1 : first, _signal);

    private void Publish()
    {
        _hub.Publish();
        _hub.Distribute();
    }

    private void Put(Key key, Value value)
    {
        _machine.Put(key, value);
        Publish();
    }

    [Fact]
    public void A_synced_watcher_receives_what_it_selects_and_is_woken()
    {
        Watcher single = Watch("a");
        Watcher prefix = Watch(KeyRange.Prefix("a"));
        Watcher all = Watch(KeyRange.All);
        Assert.Empty(Take(single).Concat(Take(prefix)).Concat(Take(all)));

        Put("a", "1");
        Put("ab", "2");
        Put("b", "3");

        Assert.Equal("2:a=1.", Text(Take(single)));
        Assert.Equal("2:a=1. 3:ab=2.", Text(Take(prefix)));
        Assert.Equal("2:a=1. 3:ab=2. 4:b=3.", Text(Take(all)));
        Assert.True(_signal.Count > 0);
    }

    [Fact]
    public void A_revision_comes_whole_and_only_its_last_selected_event_ends_it()
    {
        Watcher all = Watch(KeyRange.All);
        Watcher some = Watch(KeyRange.Between("a", "c"));
        Take(all);
        Take(some);

        _machine.Txn(Txn.Do(Op.Put("c", "3"), Op.Put("a", "1"), Op.Put("b", "2")));
        Publish();
        string history = Text(Take(Watch(KeyRange.All, 2)));

        Assert.Equal("2:c=3 2:a=1 2:b=2.", Text(Take(all)));
        Assert.Equal("2:a=1 2:b=2.", Text(Take(some)));
        Assert.Equal("2:c=3 2:a=1 2:b=2.", history);
    }

    [Fact]
    [Trait("Scenario", "52")]
    public void A_watcher_that_falls_behind_continues_from_the_history_without_gap_or_repetition()
    {
        Watcher slow = Watch(KeyRange.All);
        Take(slow);
        Put("y", "first");
        Assert.Equal("2:y=first.", Text(Take(slow)));
        const int Writes = (3 * WatchLimits.MaxEvents) + 7;
        for (int i = 0; i < Writes; i++)
        {
            Put($"{i % 10}", $"{i}");
        }

        Assert.False(slow.IsSynced);
        List<WatchEvent> events = Take(slow);
        Assert.Equal(Enumerable.Range(3, Writes).Select(i => (long)i), events.Select(next => next.Revision));

        Assert.True(slow.IsSynced);
        Put("z", "last");
        Assert.Equal($"{Writes + 3}:z=last.", Text(Take(slow)));
    }

    [Fact]
    [Trait("Scenario", "52")]
    public void Watchers_of_ranges_that_fall_behind_one_by_one_cost_the_writer_nothing()
    {
        const int Slow = WatchLimits.MaxEvents / 2;
        int puts = 0;
        for (; puts < Slow; puts++)
        {
            Assert.Empty(Take(Watch(KeyRange.Prefix("k"))));
            Put("k", "v");
        }

        for (; puts < WatchLimits.MaxEvents; puts++)
        {
            Put("k", "v");
        }

        // Each put overflows the buffer of one more watcher. Rebuilding the index for each would allocate 250 nodes.
        long allocated = 0;
        for (; puts < WatchLimits.MaxEvents + Slow; puts++)
        {
            _machine.Put("k", "v");
            long before = GC.GetAllocatedBytesForCurrentThread();
            Publish();
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.InRange(allocated / Slow, 0, 2_000);
    }

    [Fact]
    [Trait("Scenario", "52")]
    public void A_slow_watcher_reads_the_history_in_batches_and_delays_no_other()
    {
        Watcher slow = Watch(KeyRange.All);
        Watcher first = Watch(KeyRange.All);
        Watcher second = Watch(KeyRange.Prefix("k"));
        Take(slow);
        Take(first);
        Take(second);
        const int Writes = 3 * WatchLimits.MaxEvents;
        int seen = 0;
        for (int i = 0; i < Writes; i++)
        {
            Put("k", $"{i}");
            seen += Take(first).Count + Take(second).Count;
        }

        Assert.Equal(2 * Writes, seen);
        Assert.Equal((false, true, true), (slow.IsSynced, first.IsSynced, second.IsSynced));
        List<WatchEvent> piece = [];
        int pieces = 0;
        int events = 0;
        while (slow.TryTake(piece))
        {
            // The first batch is what was buffered.
            Assert.True(pieces == 0 || piece.Count < WatchLimits.MaxEvents, $"{piece.Count} events came at once.");
            events += piece.Count;
            pieces++;
            piece.Clear();
        }

        Assert.Equal(Writes, events);
        Assert.True(pieces > 2);
    }

    [Fact]
    [Trait("Scenario", "51")]
    public void A_watcher_that_reads_the_history_keeps_its_place_when_the_store_is_restored()
    {
        for (int i = 2; i < 6; i++)
        {
            Put("k", $"{i}");
        }

        Watcher late = Watch(KeyRange.All, 3);
        _machine.Put("k", "6");
        Publish();

        Assert.Equal("3:k=3. 4:k=4. 5:k=5. 6:k=6.", Text(Take(late)));
    }

    [Fact]
    [Trait("Scenario", "51")]
    public void A_cancelled_watch_receives_and_retains_nothing_more()
    {
        Watcher watcher = Watch(KeyRange.All);
        Watcher single = Watch("k");
        Take(watcher);
        Take(single);
        Put("k", "1");
        int wakes = _signal.Count;
        _hub.Remove(watcher);
        _hub.Remove(single);
        Put("k", "2");

        Assert.Equal((0, wakes), (_hub.Count, _signal.Count));
        Assert.Equal(0, _hub.Budget.Used);
    }

    [Fact]
    public void A_buffer_that_overflows_within_a_revision_does_not_tear_it()
    {
        Watcher slow = Watch(KeyRange.All);
        Take(slow);
        for (int i = 0; i < WatchLimits.MaxEvents - 1; i++)
        {
            Put("k", "");
        }

        _machine.Txn(Txn.Do(Op.Put("a", "1"), Op.Put("b", "2"), Op.Put("c", "3")));
        Publish();

        List<WatchEvent> events = Take(slow);
        Assert.Equal(WatchLimits.MaxEvents + 2, events.Count);
        Assert.Equal(
            $"{WatchLimits.MaxEvents + 1}:a=1 {WatchLimits.MaxEvents + 1}:b=2 {WatchLimits.MaxEvents + 1}:c=3.",
            Text(events.TakeLast(3)));
    }

    [Fact]
    [Trait("Scenario", "51")]
    public void A_batch_of_history_ends_with_a_whole_revision()
    {
        const int Keys = 700;
        const int First = 300;
        for (int i = 0; i < Keys; i++)
        {
            _machine.Put($"k{i}", "");
        }

        _machine.Txn(Txn.Do(Op.Delete(KeyRange.All)));
        Publish();

        Watcher late = Watch(KeyRange.All, First);
        List<WatchEvent> piece = [];
        int events = 0;
        while (late.TryTake(piece))
        {
            Assert.True(piece.Count == 0 || piece[^1].EndsRevision);
            events += piece.Count;
            piece.Clear();
        }

        Assert.Equal(Keys + 2 - First + Keys, events);
    }

    [Fact]
    public void Large_events_fill_a_buffer_by_their_bytes()
    {
        Watcher slow = Watch(KeyRange.All);
        Take(slow);
        byte[] large = new byte[1 << 20];
        for (int i = 0; i < 12; i++)
        {
            Put("k", large);
        }

        Assert.False(slow.IsSynced);
        Assert.Equal(12, Take(slow).Count);
    }

    [Fact]
    [Trait("Scenario", "49")]
    public void A_watcher_that_compaction_overtakes_is_ended()
    {
        for (int i = 0; i < 10; i++)
        {
            Put("k", $"{i}");
        }

        Watcher behind = Watch("k", 3);
        Watcher atTheEdge = Watch("k", 5);
        _machine.Compact(5);

        CompactedException overtaken = Assert.Throws<CompactedException>(() => behind.TryTake([]));
        Assert.Equal((3, 5), (overtaken.RequestedRevision, overtaken.CompactRevision));
        Assert.Equal(7, Take(atTheEdge).Count);
    }

    [Fact]
    [Trait("Scenario", "50")]
    public void A_watch_on_a_future_revision_receives_nothing_older()
    {
        Watcher future = Watch("k", 5);
        for (int i = 2; i <= 6; i++)
        {
            Put("k", $"{i}");
            if (i == 3)
            {
                Assert.Empty(Take(future));
            }
        }

        Assert.Equal("5:k=5. 6:k=6.", Text(Take(future)));
    }

    [Fact]
    [Trait("Scenario", "48")]
    public void A_restored_store_neither_repeats_nor_skips()
    {
        Watcher watcher = Watch(KeyRange.All);
        Take(watcher);
        Put("a", "1");
        Put("b", "2");
        Assert.Equal("2:a=1. 3:b=2.", Text(Take(watcher)));

        // The changes in a snapshot are never published.
        _machine.Put("c", "3");
        _machine.Put("d", "4");
        Publish();
        Put("e", "5");

        Assert.Equal("4:c=3. 5:d=4. 6:e=5.", Text(Take(watcher)));
    }

    [Fact]
    [Trait("Scenario", "48")]
    public void A_restored_store_that_begins_later_ends_the_watches_it_cannot_continue()
    {
        Watcher watcher = Watch(KeyRange.All);
        Watcher later = Watch("e", 6);
        Take(watcher);
        Put("a", "1");
        Assert.Equal("2:a=1.", Text(Take(watcher)));

        _machine.Put("b", "2");
        _machine.Put("c", "3");
        _machine.Put("d", "4");
        _machine.Compact(5);
        Publish();
        Put("e", "5");

        CompactedException missed = Assert.Throws<CompactedException>(() => Take(watcher));
        Assert.Equal((3, 5), (missed.RequestedRevision, missed.CompactRevision));
        Assert.Equal("6:e=5.", Text(Take(later)));
    }

    [Fact]
    public void Filters_and_previous_values_follow_the_options()
    {
        Watcher puts = Watch("k", options: new WatchOptions { SkipDeletes = true, IncludePrevious = true });
        Watcher deletes = Watch("k", options: new WatchOptions { SkipPuts = true });
        Take(puts);
        Take(deletes);
        Put("k", "1");
        Put("k", "2");
        _machine.Delete("k");
        Publish();

        List<WatchEvent> seen = Take(puts);
        Assert.Equal("2:k=1. 3:k=2.", Text(seen));
        Assert.Null(seen[0].Previous);
        Assert.Equal("1", seen[1].Previous!.Value.ToString());
        Assert.Equal("4:k-.", Text(Take(deletes)));
    }

    [Fact]
    public void An_ended_hub_ends_every_watch_with_the_reason()
    {
        Watcher watcher = Watch("k");
        Take(watcher);
        _hub.End(new StoreStoppedException("over"));

        Assert.Throws<StoreStoppedException>(() => watcher.TryTake([]));
        Assert.Throws<StoreStoppedException>(() => Watch("later").TryTake([]));
        Assert.Equal(1, _signal.Count);
    }

    private sealed class CountingSignal : IWatchSignal
    {
        public int Count { get; private set; }

        public void Wake() => Count++;
    }
}
