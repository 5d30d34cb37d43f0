using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>What older releases wrote is read.</summary>
public sealed class KeptFolderTests
{
    [Theory]
    [InlineData("format-4")]
    public async Task A_folder_of_an_older_release_opens_with_everything_that_was_written(string name)
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.Path);
        string kept = Path.Combine(AppContext.BaseDirectory, "Assets", name);
        foreach (string file in Directory.EnumerateFiles(kept))
        {
            File.Copy(file, Path.Combine(folder.Path, Path.GetFileName(file)));
        }

        Assert.True(Directory.GetFiles(folder.Path, "log.*").Length > 2);
        Assert.Single(Directory.GetFiles(folder.Path, "snapshot-*"));
        IHost host = await KeptFolder.StartAsync(folder.Path);
        await using (((IAsyncDisposable)host).ConfigureAwait(false))
        {
            IKeyValueStore store = host.Services.GetRequiredService<IKeyValueStore>();
            await store.WaitForReadyAsync();
            Assert.NotEqual(0UL, store.Status.SnapshotIndex);
            Assert.Equal(KeptFolder.CompactRevision, store.Status.CompactRevision);
            await CheckKeysAsync(store);
            long revision = store.Status.Revision;
            Assert.Equal(revision + 1, (await store.PutAsync("new", "1")).Revision);
        }
    }

    private static async Task CheckKeysAsync(IKeyValueStore store)
    {
        for (int key = 0; key < KeptFolder.Keys; key++)
        {
            KeyValue? found = await store.GetAsync(KeptFolder.KeyOf(key));
            Assert.Equal(KeptFolder.ValueOf(key), found?.Value);
            Assert.Equal(2 + key, found?.CreateRevision);
        }

        Assert.Equal("by a transaction", (await store.GetAsync("made"))?.Value.ToString());
        Assert.Equal("too", (await store.GetAsync("inner"))?.Value.ToString());
        Assert.Null(await store.GetAsync("gone"));
        Assert.Equal(KeptFolder.Keys + 2, (await store.RangeAsync(KeyRange.All)).Count);
    }
}
