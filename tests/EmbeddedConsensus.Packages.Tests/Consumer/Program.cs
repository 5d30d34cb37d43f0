using EmbeddedConsensus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// An application that uses the packages and asynchronous LINQ on a watch.
HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
builder.Services.AddConsensusStore().UseFasterStorage(options => options.Directory = args[0]);
using IHost host = builder.Build();
await host.StartAsync();
IKeyValueStore store = host.Services.GetRequiredService<IKeyValueStore>();
await store.PutAsync("noise", "0");
await store.PutAsync("signal", "1");
await store.PutAsync("signal", "2");

IAsyncEnumerable<string> values = store.WatchAsync(KeyRange.All, new WatchOptions { StartRevision = 1 })
    .Where(change => change.KeyValue.Key == "signal")
    .Select(change => change.KeyValue.Value.ToString())
    .Take(2);
await foreach (string value in values)
{
    Console.WriteLine(value);
}

await host.StopAsync();
