using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Tests.Hosting;

public sealed class SingleMemberTests : IAsyncLifetime
{
    private readonly IHost _host;

    public SingleMemberTests()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddConsensusStore();
        _host = builder.Build();
    }

    private IKeyValueStore Store => _host.Services.GetRequiredService<IKeyValueStore>();

    public async ValueTask InitializeAsync()
    {
        await _host.StartAsync();
        await Store.WaitForReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    [Fact]
    public async Task A_store_without_configuration_works_at_once()
    {
        PutResult put = await Store.PutAsync("a", "1");
        KeyValue? read = await Store.GetAsync("a");

        Assert.Equal(2, put.Revision);
        Assert.NotNull(read);
        Assert.Equal("1", read.Value.ToString());
        Assert.Equal(2, read.ModRevision);
        Assert.Equal(1, read.Version);
        Assert.Null(await Store.GetAsync("b"));
    }

    [Fact]
    public async Task A_transaction_runs_the_branch_that_its_conditions_choose()
    {
        Txn acquire = Txn
            .If(Compare.Missing("lock"))
            .Then(Op.Put("lock", "me"), Op.Put("log", "acquired"))
            .Else(Op.Get("lock"));

        TxnResult first = await Store.TxnAsync(acquire);
        TxnResult second = await Store.TxnAsync(acquire);

        Assert.True(first.Succeeded);
        Assert.Equal(first.Revision, first.GetPut(0).Revision);
        Assert.False(second.Succeeded);
        Assert.Equal("me", Assert.Single(second.GetRange(0).Items).Value.ToString());
        Assert.Equal(first.Revision, second.Revision);
    }

    [Fact]
    public async Task A_watch_gives_every_change_in_order()
    {
        IAsyncEnumerable<WatchEvent> watch = Store.WatchAsync(KeyRange.Prefix("w/"));
        for (int i = 0; i < 100; i++)
        {
            await Store.PutAsync($"w/{i % 7}", $"{i}");
        }

        await Store.DeleteAsync(KeyRange.Prefix("w/"));
        List<WatchEvent> events = [];
        await foreach (WatchEvent next in watch)
        {
            events.Add(next);
            if (events.Count == 107)
            {
                break;
            }
        }

        Assert.Equal(
            Enumerable.Range(0, 100).Select(i => $"{i}"), events.Take(100).Select(e => e.KeyValue.Value.ToString()));
        Assert.All(events.Skip(100), e => Assert.Equal(WatchEventType.Delete, e.Type));
        Assert.Single(events.Skip(100), e => e.EndsRevision);
        Assert.Equal(events.Select(e => e.Revision).Order(), events.Select(e => e.Revision));
    }
}
