using EmbeddedConsensus.Tests.Replica;

namespace EmbeddedConsensus.Tests.Api;

public sealed class StoreCallTests
{
    [Fact]
    public async Task Short_calls_do_what_the_full_ones_do()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        IKeyValueStore store = cluster.Store(0);
        using CancellationTokenSource source = new();

        PutResult put = await store.PutAsync("a", "1", source.Token);

        Assert.Equal("1", (await store.GetAsync("a", source.Token))?.Value.ToString());
        Assert.Equal(1, (await store.RangeAsync(KeyRange.All, source.Token)).Count);
        Assert.Equal(1, (await store.DeleteAsync("a", source.Token)).Deleted);
        Assert.Equal(2, put.Revision);
    }

    [Fact]
    [Trait("Case", "S13")]
    public async Task A_read_of_a_missing_key_has_the_revision_from_which_to_watch()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        IKeyValueStore store = cluster.Store(0);
        await store.PutAsync("other", "1");

        KeyResult missing = await store.GetWithRevisionAsync("k");
        await store.PutAsync("k", "v");

        Assert.Null(missing.KeyValue);
        await foreach (WatchEvent change in store.WatchAsync(
            "k", new WatchOptions { StartRevision = missing.Revision + 1 }))
        {
            Assert.Equal("v", change.KeyValue.Value.ToString());
            break;
        }

        KeyResult found = await store.GetWithRevisionAsync(
            "k", new ReadOptions { Consistency = Consistency.Serializable });
        Assert.Equal((3, "v"), (found.Revision, found.KeyValue?.Value.ToString()));
        Assert.Null((await store.GetWithRevisionAsync("k", new ReadOptions { Revision = 2 })).KeyValue);
    }

    [Fact]
    public async Task Conditional_writes_succeed_once_and_show_what_is_there_otherwise()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        IKeyValueStore store = cluster.Store(0);

        ConditionalResult created = await store.TryCreateAsync("k", "1");
        ConditionalResult again = await store.TryCreateAsync("k", "2");
        ConditionalResult updated = await store.TryUpdateAsync("k", "3", created.Revision);
        ConditionalResult late = await store.TryUpdateAsync("k", "4", created.Revision);
        ConditionalResult kept = await store.TryDeleteAsync("k", created.Revision);
        ConditionalResult deleted = await store.TryDeleteAsync("k", updated.Revision);
        ConditionalResult gone = await store.TryUpdateAsync("k", "5", updated.Revision);

        Assert.True(created.Succeeded && updated.Succeeded && deleted.Succeeded);
        Assert.False(again.Succeeded || late.Succeeded || kept.Succeeded || gone.Succeeded);
        Assert.Null(created.Current);
        Assert.Equal("1", again.Current?.Value.ToString());
        Assert.Equal("3", late.Current?.Value.ToString());
        Assert.Equal(updated.Revision, kept.Current?.ModRevision);
        Assert.Null(gone.Current);
        Assert.Equal(deleted.Revision, gone.Revision);
        Assert.True((await store.TryUpdateAsync("k", "6", expectedModRevision: 0)).Succeeded);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await store.TryDeleteAsync("x", 0));
    }

    [Fact]
    public async Task A_transaction_is_built_from_sequences_and_its_results_are_read_by_kind()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        IKeyValueStore store = cluster.Store(0);
        IEnumerable<string> keys = ["a", "b"];
        await store.PutAsync("old", "1");

        TxnResult result = await store.TxnAsync(Txn
            .If(keys.Select(key => Compare.Missing(key)))
            .Then(keys.Select(key => Op.Put(key, key)))
            .Then(Op.Get("a"), Op.Get("x"), Op.Range(KeyRange.All), Op.Txn(Txn.Do(keys.Select(key => Op.Get(key)))))
            .Then(Op.Delete("old"))
            .Else(keys.Select(key => Op.Get(key))));

        Assert.True(result.Succeeded);
        Assert.Equal(3, result.GetPut(0).Revision);
        Assert.Equal("a", result.GetKey(2)?.Value.ToString());
        Assert.Null(result.GetKey(3));
        Assert.Equal(3, result.GetRange(4).Count);
        Assert.Equal("b", result.GetTxn(5).GetKey(1)?.Value.ToString());
        Assert.Equal(1, result.GetDelete(6).Deleted);
        Assert.Throws<InvalidOperationException>(() => result.GetKey(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => result.GetPut(7));
        Assert.Throws<ArgumentOutOfRangeException>(() => result.GetPut(-1));
    }

    [Fact]
    public async Task A_write_cancelled_before_the_call_was_not_executed()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        CancellationToken cancelled = new(canceled: true);

        WriteCanceledException refused = await Assert.ThrowsAsync<WriteCanceledException>(
            async () => await cluster.Store(0).PutAsync("k", "v", cancelled));

        Assert.False(refused.MayHaveExecuted);
        Assert.Equal(cancelled, refused.CancellationToken);
        Assert.Null(await cluster.Store(0).GetAsync("k"));
    }
}
