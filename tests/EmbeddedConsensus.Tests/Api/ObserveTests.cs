using EmbeddedConsensus.Tests.Replica;

namespace EmbeddedConsensus.Tests.Api;

public sealed class ObserveTests
{
    private static readonly WatchOptions Quiet = new() { ProgressInterval = Timeout.InfiniteTimeSpan };

    [Fact]
    [Trait("Case", "S15")]
    public async Task An_empty_range_is_synced_and_each_change_comes_once()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        IKeyValueStore store = cluster.Store(0);
        await using IAsyncEnumerator<Observation> steps =
            store.ObserveAsync(KeyRange.Prefix("config/"), Quiet).GetAsyncEnumerator();
        Assert.Equal(["Snapshot 1", "Synced 1", "Progress 1"], await NextAsync(steps, 3));

        await store.PutAsync("other", "1");
        await store.PutAsync("config/a", "");
        await store.DeleteAsync("config/a");
        await store.PutAsync("config/b", "2");

        Assert.Equal(
            ["Change 3 config/a=", "Change 4 config/a-", "Change 5 config/b=2"], await NextAsync(steps, 3));
    }

    [Fact]
    public async Task A_range_of_many_pages_is_read_at_one_revision_and_continued_from_there()
    {
        const int Keys = 600;
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        IKeyValueStore store = cluster.Store(0);
        for (int i = 0; i < Keys; i++)
        {
            await store.PutAsync($"k{i:d3}", "1");
        }

        await using IAsyncEnumerator<Observation> steps = store.ObserveAsync(KeyRange.All, Quiet).GetAsyncEnumerator();
        Assert.Equal(["Snapshot 601", "Item 601 k000=1"], await NextAsync(steps, 2));
        await store.PutAsync("k599", "2");
        await store.DeleteAsync("k300");
        List<string> rest = await NextAsync(steps, Keys + 2);

        Assert.Equal("Item 601 k300=1", rest[299]);
        Assert.Equal(["Item 601 k599=1", "Synced 601", "Change 602 k599=2", "Change 603 k300-"], rest[^4..]);
    }

    [Fact]
    [Trait("Scenario", "49")]
    public async Task An_observer_that_compaction_overtakes_is_told_and_gets_a_new_snapshot()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        IKeyValueStore store = cluster.Store(0);
        for (int i = 0; i < 10; i++)
        {
            await store.PutAsync("k", $"{i}");
        }

        await store.CompactAsync(8);
        await using IAsyncEnumerator<Observation> steps = store.ObserveAsync(
            "k", Quiet with { StartRevision = 3 }).GetAsyncEnumerator();
        Assert.Equal(["Snapshot 11", "Item 11 k=9", "Synced 11"], await NextAsync(steps, 3));
        await using IAsyncEnumerator<Observation> resumed = store.ObserveAsync(
            "k", Quiet with { StartRevision = 10 }).GetAsyncEnumerator();
        Assert.Equal(["Change 10 k=8", "Change 11 k=9", "Progress 11"], await NextAsync(resumed, 3));
    }

    [Fact]
    [Trait("Scenario", "47")]
    public async Task Progress_on_request_covers_what_was_applied_at_the_request_also_if_nothing_changed()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        IKeyValueStore store = cluster.Store(0);
        WatchProgressTrigger trigger = new();
        await using IAsyncEnumerator<Observation> steps = store.ObserveAsync(
            "quiet", Quiet with { ProgressTrigger = trigger, SkipDeletes = true }).GetAsyncEnumerator();
        Assert.Equal(["Snapshot 1", "Synced 1", "Progress 1"], await NextAsync(steps, 3));
        for (int revision = 2; revision < 30; revision++)
        {
            await store.PutAsync("other", $"{revision}");
            trigger.Request();
            Assert.Equal([$"Progress {revision}"], await NextAsync(steps, 1));
        }

        trigger.Request();
        Assert.Equal(["Progress 29"], await NextAsync(steps, 1));
    }

    private static async Task<List<string>> NextAsync(IAsyncEnumerator<Observation> steps, int count)
    {
        List<string> texts = [];
        while (texts.Count < count)
        {
            Assert.True(await steps.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
            Observation step = steps.Current;
            KeyValue? item = step.Item ?? step.Change?.KeyValue;
            texts.Add($"{step.Kind} {step.Revision}" + (item is null ? ""
                : step.Change?.Type == WatchEventType.Delete ? $" {item.Key}-" : $" {item.Key}={item.Value}"));
        }

        return texts;
    }
}
