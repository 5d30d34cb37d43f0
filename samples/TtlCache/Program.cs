using EmbeddedConsensus;
using EmbeddedConsensus.Samples.TtlCache;

// Ends by itself: 0 when the cache did what it promises, 1 when not.
await using ConsensusStore opened = await ConsensusStore.OpenAsync(o => o.ElectionTimeout = TimeSpan.FromSeconds(0.5));
await opened.Store.WaitForReadyAsync();
Cache cache = new(opened.Store, opened.Leases);

await cache.SetAsync("short", "gone soon", TimeSpan.FromSeconds(1));
await cache.SetAsync("long", "still here", TimeSpan.FromMinutes(10));
Console.WriteLine($"at first: short = {await cache.GetAsync("short")}, long = {await cache.GetAsync("long")}");
bool isThere = await cache.GetAsync("short") == "gone soon";

await Task.Delay(TimeSpan.FromSeconds(2));
string? expired = await cache.GetAsync("short");
string? kept = await cache.GetAsync("long");
Console.WriteLine($"2 s later: short = {expired ?? "(expired)"}, long = {kept}");
return isThere && expired is null && kept == "still here" ? 0 : 1;
