using EmbeddedConsensus;
using EmbeddedConsensus.Samples.LiveConfiguration;

// Ends by itself: 0 when every change arrived, whole and in order, 1 when not.
await using ConsensusStore opened = await ConsensusStore.OpenAsync(o => o.ElectionTimeout = TimeSpan.FromSeconds(0.5));
IKeyValueStore store = opened.Store;
await store.WaitForReadyAsync();
await store.PutAsync("config/log-level", "info");
await store.PutAsync("config/workers", "4");

LiveSettings settings = new(store, "config/");
using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
List<string> seen = [];
await using IAsyncEnumerator<long> revisions = settings.FollowAsync(deadline.Token).GetAsyncEnumerator(deadline.Token);
await ShowNextAsync();

await store.PutAsync("config/log-level", "debug");
await ShowNextAsync();

// Two settings that belong together change in one transaction, and arrive together.
await store.TxnAsync(Txn.Do(Op.Put("config/workers", "8"), Op.Put("config/queue", "fast")));
await ShowNextAsync();

await store.DeleteAsync("config/log-level");
await ShowNextAsync();

return seen is
[
    "log-level=info workers=4",
    "log-level=debug workers=4",
    "log-level=debug queue=fast workers=8",
    "queue=fast workers=8",
]
    ? 0
    : 1;

async Task ShowNextAsync()
{
    await revisions.MoveNextAsync();
    seen.Add(string.Join(' ', settings.Current.OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .Select(pair => $"{pair.Key}={pair.Value}")));
    Console.WriteLine($"revision {revisions.Current}: {seen[^1]}");
}
