using EmbeddedConsensus.Tests.Replica;

namespace EmbeddedConsensus.Tests.Api;

public sealed class WatchBatchTests
{
    private static readonly WatchOptions Often = new() { ProgressInterval = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task A_batch_holds_all_changes_of_a_revision()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        IKeyValueStore store = cluster.Store(0);
        await store.TxnAsync(Txn.Do(Op.Put("w/a", "1"), Op.Put("w/b", "1"), Op.Put("x", "1")));
        await store.PutAsync("w/a", "2");
        await using IAsyncEnumerator<WatchBatch> batches = store.WatchBatchesAsync(
            KeyRange.Prefix("w/"), Often with { StartRevision = 2 }).GetAsyncEnumerator();

        WatchBatch first = await NextAsync(batches);
        WatchBatch second = await NextAsync(batches);
        WatchBatch caughtUp = await NextAsync(batches);
        await store.DeleteAsync(KeyRange.Prefix("w/"));
        WatchBatch live = await NextAsync(batches);

        Assert.Equal((2, 2), (first.Revision, first.Events.Count));
        Assert.Equal((3, 1), (second.Revision, second.Events.Count));
        Assert.True(caughtUp is { IsProgress: true, Revision: 3 });
        Assert.Equal((4, 2), (live.Revision, live.Events.Count));
    }

    [Fact]
    [Trait("Case", "S9")]
    public async Task A_quiet_watch_progresses_and_resumes_after_a_compaction()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        IKeyValueStore store = cluster.Store(0);
        long reached = 0;
        await using (IAsyncEnumerator<WatchBatch> batches =
            store.WatchBatchesAsync("quiet", Often).GetAsyncEnumerator())
        {
            Assert.True((await NextAsync(batches)).IsProgress);
            for (int i = 0; i < 5; i++)
            {
                await store.PutAsync("other", $"{i}");
            }

            while (reached < 6)
            {
                WatchBatch progress = await NextAsync(batches);
                Assert.True(progress.IsProgress && progress.Revision > reached);
                reached = progress.Revision;
            }
        }

        await store.CompactAsync(6);
        await store.PutAsync("quiet", "1");
        await using IAsyncEnumerator<WatchBatch> resumed = store.WatchBatchesAsync(
            "quiet", Often with { StartRevision = reached + 1 }).GetAsyncEnumerator();
        Assert.Equal("1", Assert.Single((await NextAsync(resumed)).Events).KeyValue.Value.ToString());
    }

    [Fact]
    public async Task A_watch_of_nothing_says_that_it_has_caught_up()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await using IAsyncEnumerator<WatchBatch> batches = cluster.Store(0).WatchBatchesAsync(
            KeyRange.Prefix("none/"), new WatchOptions { ProgressInterval = Timeout.InfiniteTimeSpan })
            .GetAsyncEnumerator();

        Assert.True(await NextAsync(batches) is { IsProgress: true, Revision: 1 });
        Assert.Equal("options", Assert.Throws<InvalidRequestException>(() => cluster.Store(0).WatchBatchesAsync(
            "k", new WatchOptions { ProgressInterval = TimeSpan.Zero })).ParamName);
    }

    private static async Task<WatchBatch> NextAsync(IAsyncEnumerator<WatchBatch> batches)
    {
        Assert.True(await batches.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        return batches.Current;
    }
}
