using System.Runtime.CompilerServices;
using EmbeddedConsensus.Tests.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Tests.Api;

public sealed class StoreViewTests
{
    [Fact]
    public async Task A_view_shows_its_revision_both_ways_whatever_is_written_meanwhile()
    {
        await using ConsensusStore opened = await OpenAsync(100);
        IKeyValueStore store = opened.Store;
        using StoreView view = store.OpenView();
        using StoreView older = store.OpenView(51);
        await store.DeleteAsync(KeyRange.All);
        await store.CompactAsync(store.Status.Revision);

        Assert.Equal(101, view.Revision);
        Assert.Equal((100, 50), (view.Count(KeyRange.All), older.Count(KeyRange.All)));
        Assert.True(view.TryGet("k042", out StoreEntry entry));
        Assert.Equal(("k042", "v42"), (Text(entry.Key), Text(entry.Value)));
        Assert.Equal((44, 44, 1, 0), (entry.CreateRevision, entry.ModRevision, entry.Version, entry.Lease));
        Assert.False(older.TryGet("k070", out _));
        string[] ascending = Keys(view.Scan(KeyRange.Prefix("k01")));
        Assert.Equal(Enumerable.Range(10, 10).Select(i => $"k{i:d3}"), ascending);
        Assert.Equal(ascending.Reverse(), Keys(view.Scan(KeyRange.Prefix("k01"), SortOrder.Descending)));
        using StoreView now = store.OpenView();
        Assert.Equal(0, now.Count(KeyRange.All));
    }

    [Fact]
    public async Task A_disposed_view_refuses_every_read()
    {
        await using ConsensusStore opened = await OpenAsync(3);
        StoreView view = opened.Store.OpenView();
        StoreScan scan = view.Scan(KeyRange.All);
        Assert.True(scan.MoveNext());
        view.Dispose();
        view.Dispose();
        Assert.Throws<ObjectDisposedException>(() => view.TryGet("k000", out _));
        Assert.Throws<ObjectDisposedException>(() => view.Count(KeyRange.All));
        Assert.Throws<ObjectDisposedException>(() => view.Scan(KeyRange.All));
        Assert.Throws<ObjectDisposedException>(() => scan.MoveNext());
    }

    [Fact]
    public async Task Revisions_that_cannot_be_shown_are_refused()
    {
        await using ConsensusStore opened = await OpenAsync(10);
        await opened.Store.CompactAsync(5);
        Assert.Throws<CompactedException>(() => opened.Store.OpenView(4));
        Assert.Throws<FutureRevisionException>(() => opened.Store.OpenView(100));
        Assert.Throws<InvalidRequestException>(() => opened.Store.OpenView(-1));
        opened.Store.OpenView(5).Dispose();
    }

    [Fact]
    [Trait("Case", "S14")]
    public async Task A_scan_reads_one_revision_beside_writes_and_ends_with_its_token()
    {
        await using ConsensusStore opened = await OpenAsync(100);
        IKeyValueStore store = opened.Store;
        using CancellationTokenSource source = new();
        List<string> keys = [];
        await foreach (KeyValue item in store.ScanAsync(KeyRange.All, cancellationToken: source.Token))
        {
            if (keys.Count == 0)
            {
                await store.DeleteAsync(KeyRange.All);
                await store.CompactAsync(store.Status.Revision);
            }
            keys.Add(item.Key.ToString());
        }
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"k{i:d3}"), keys);

        await store.PutAsync("a", "1");
        await store.PutAsync("b", "2");
        int read = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (KeyValue item in store.ScanAsync(KeyRange.All, cancellationToken: source.Token))
            {
                read++;
                await source.CancelAsync();
            }
        });
        Assert.Equal(1, read);
    }

    [Fact]
    public async Task A_scan_takes_a_limit_and_an_order_and_refuses_what_is_none()
    {
        await using ConsensusStore opened = await OpenAsync(10);
        RangeOptions last = new() { Limit = 2, SortOrder = SortOrder.Descending, KeysOnly = true };
        List<KeyValue> items = [];
        await foreach (KeyValue item in opened.Store.ScanAsync(KeyRange.All, last))
        {
            items.Add(item);
        }
        Assert.Equal(["k009", "k008"], items.Select(i => i.Key.ToString()));
        Assert.True(items[0].Value.IsEmpty);
        Assert.Throws<InvalidRequestException>(
            () => opened.Store.ScanAsync(KeyRange.All, new RangeOptions { CountOnly = true }));
        Assert.Throws<InvalidRequestException>(
            () => opened.Store.ScanAsync(KeyRange.All, new RangeOptions { SortTarget = SortTarget.Value }));
    }

    [Fact]
    public async Task A_view_that_is_forgotten_is_logged_with_its_revision()
    {
        LogRecorder log = new();
        await using ConsensusStore opened = await OpenAsync(
            5, builder => builder.Services.AddSingleton<ILoggerFactory>(log));
        Forget(opened.Store);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Contains(log.Texts, text => text.Contains("a view of revision 6, opened", StringComparison.Ordinal));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(IKeyValueStore store) => Assert.Equal(5, store.OpenView().Count(KeyRange.All));

    private static async Task<ConsensusStore> OpenAsync(int keys, Action<IConsensusStoreBuilder>? build = null)
    {
        ConsensusStore opened = await ConsensusStore.OpenAsync(build: build);
        await opened.Store.WaitForReadyAsync();
        for (int i = 0; i < keys; i++)
        {
            await opened.Store.PutAsync($"k{i:d3}", $"v{i}");
        }
        return opened;
    }

    private static string[] Keys(StoreScan scan)
    {
        List<string> keys = [];
        foreach (StoreEntry entry in scan)
        {
            keys.Add(Text(entry.Key));
        }
        return [.. keys];
    }

    private static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes);
}
