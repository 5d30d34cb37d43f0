using EmbeddedConsensus.Testing;

namespace EmbeddedConsensus.Tests.Watches;

public sealed class LongHistoryTests
{
    // As much history as a watcher scans per call.
    private const int Changes = 65_536;

    [Fact]
    [Trait("Scenario", "52")]
    public async Task Cancelling_a_reader_ends_its_search_of_a_long_history()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(1, options =>
            options.ConfigureStore = store =>
            {
                store.MaxTxnOperations = Changes;
                store.MaxRequestBytes = 16 << 20;
            });
        IKeyValueStore store = cluster.Leader.Store;
        Txn others = Txn.Do(
            [.. Enumerable.Range(0, Changes).Select(i => Op.Put($"other/{i}", "v"))]);
        await cluster.RunUntilAsync(store.TxnAsync(others));
        await cluster.RunUntilAsync(store.TxnAsync(others));
        await cluster.RunUntilAsync(store.PutAsync("key", "v"));
        using CancellationTokenSource leaving = new();

        // The reader's first turn scans one batch; then the test cancels it.
        await cluster.RunUntilAsync(async () =>
        {
            Task reading = cluster.Run(() => ReadAsync(store, leaving.Token));
            await cluster.Run(leaving.CancelAsync);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        });

        // A reader that stays finds it.
        await cluster.RunUntilAsync(() => ReadAsync(store, CancellationToken.None));
    }

    private static async Task ReadAsync(IKeyValueStore store, CancellationToken cancellationToken)
    {
        await foreach (WatchEvent _ in store.WatchAsync(
            KeyRange.Prefix("key"), new WatchOptions { StartRevision = 1 }, cancellationToken))
        {
            return;
        }
    }
}
