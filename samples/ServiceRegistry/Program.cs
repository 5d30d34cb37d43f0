using EmbeddedConsensus;
using EmbeddedConsensus.Samples.ServiceRegistry;

// Ends by itself: 0 when the registry showed each instance come and go, 1 when not.
await using ConsensusStore opened = await ConsensusStore.OpenAsync(o => o.ElectionTimeout = TimeSpan.FromSeconds(0.5));
await opened.Store.WaitForReadyAsync();
Registry registry = new(opened.Store, opened.Leases);
using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
IAsyncEnumerable<(string Address, bool IsUp)> changes = registry.FollowAsync("web", deadline.Token);
await using IAsyncEnumerator<(string Address, bool IsUp)> follower = changes.GetAsyncEnumerator(deadline.Token);
Task<bool> next = follower.MoveNextAsync().AsTask();

LeaseHandle healthy = await registry.RegisterAsync("web", "10.0.0.1:80");
await registry.RegisterDyingAsync("web", "10.0.0.2:80");
Console.WriteLine($"registered: {string.Join(", ", await registry.FindAsync("web"))}");
List<string> seen = [];
while (seen.Count < 3 && await next)
{
    seen.Add($"{follower.Current.Address} {(follower.Current.IsUp ? "up" : "gone")}");
    Console.WriteLine(seen[^1]);
    next = follower.MoveNextAsync().AsTask();
}

Console.WriteLine($"one died: {string.Join(", ", await registry.FindAsync("web"))}, lease held: {healthy.IsHeld}");
bool isRight = seen is ["10.0.0.1:80 up", "10.0.0.2:80 up", "10.0.0.2:80 gone"] && healthy.IsHeld
    && await registry.FindAsync("web") is ["10.0.0.1:80"];
await healthy.DisposeAsync();
isRight &= await next && follower.Current is ("10.0.0.1:80", false);
Console.WriteLine($"and the other has left: {(await registry.FindAsync("web")).Count} left");
return isRight ? 0 : 1;
