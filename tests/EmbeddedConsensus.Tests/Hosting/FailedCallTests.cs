using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Tests.Hosting;

/// <summary>A call that fails does so through its task, and one cancelled beforehand does nothing.</summary>
public sealed class FailedCallTests
{
    private static readonly ReadOptions Serializable = new() { Consistency = Consistency.Serializable };

    [Fact]
    public async Task A_call_with_a_cancelled_token_is_cancelled_and_nothing_else()
    {
        using IHost host = await StartAsync();
        IKeyValueStore store = host.Services.GetRequiredService<IKeyValueStore>();
        CancellationToken cancelled = new(canceled: true);

        await CancelsAsync(store.GetAsync("k", cancellationToken: cancelled).AsTask());
        await CancelsAsync(store.GetAsync("k", Serializable, cancelled).AsTask());
        await CancelsAsync(
            store.RangeAsync("k", new RangeOptions { Consistency = Consistency.Serializable }, cancelled).AsTask());
        await CancelsAsync(store.PutAsync("k", "v", cancellationToken: cancelled).AsTask());
        await CancelsAsync(store.DeleteAsync("k", cancellationToken: cancelled).AsTask());
        await CancelsAsync(store.TxnAsync(Txn.If(Compare.Missing("k")).Then(Op.Put("k", "v")), cancelled).AsTask());

        Assert.Null(await store.GetAsync("k"));
        await host.StopAsync();
    }

    [Fact]
    public async Task What_a_local_read_or_a_hash_cannot_give_is_told_by_the_task()
    {
        using IHost host = await StartAsync();
        IKeyValueStore store = host.Services.GetRequiredService<IKeyValueStore>();
        IStoreMaintenance maintenance = host.Services.GetRequiredService<IStoreMaintenance>();

        Task<KeyValue?> early = store.GetAsync("k", Serializable with { Revision = 100 }).AsTask();
        Task<RangeResult> earlyRange = store.RangeAsync(
            "k", new RangeOptions { Consistency = Consistency.Serializable, Revision = 100 }).AsTask();
        await Assert.ThrowsAsync<FutureRevisionException>(() => early);
        await Assert.ThrowsAsync<FutureRevisionException>(() => earlyRange);

        await host.StopAsync();
        Task<KeyValue?> late = store.GetAsync("k", Serializable).AsTask();
        Task<StoreHash> lateHash = maintenance.HashAsync().AsTask();
        await Assert.ThrowsAsync<StoreStoppedException>(() => late);
        await Assert.ThrowsAsync<StoreStoppedException>(() => lateHash);
    }

    private static async Task<IHost> StartAsync()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddConsensusStore();
        IHost host = builder.Build();
        await host.StartAsync();
        await host.Services.GetRequiredService<IKeyValueStore>().WaitForReadyAsync();
        return host;
    }

    private static Task<OperationCanceledException> CancelsAsync(Task call) =>
        Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
}
