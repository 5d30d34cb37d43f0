using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>The contents of the folders in Assets: written once for each format, and read by every release
/// after.</summary>
internal static class KeptFolder
{
    public const int Keys = 40;

    private const int Rounds = 9;
    private const int ValueLength = 4_000;

    /// <summary>The revision that the history was compacted to.</summary>
    public const long CompactRevision = 100;

    public static Key KeyOf(int key) => $"key/{key:00}";

    /// <summary>The last value of a key.</summary>
    public static Value ValueOf(int key) => Value(Rounds - 1, key);

    /// <summary>Starts a member, alone in its cluster, on a folder.</summary>
    public static async Task<IHost> StartAsync(string folder)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
        });
        builder.Services.AddConsensusStore(options =>
        {
            options.MemberId = 1;
            options.SnapshotThresholdBytes = 1 << 20;
            options.RetainedLogBytes = 10 << 10;
        })
        .UseFasterStorage(options =>
        {
            options.Directory = folder;
            TestOptions.MakeSmall(options);
        });
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>Writes the folder.</summary>
    public static async Task WriteAsync(string folder)
    {
        IHost host = await StartAsync(folder);
        IKeyValueStore store = host.Services.GetRequiredService<IKeyValueStore>();
        await store.WaitForReadyAsync();
        for (int round = 0; round < Rounds; round++)
        {
            for (int key = 0; key < Keys; key++)
            {
                await store.PutAsync(KeyOf(key), Value(round, key));
            }
        }

        await store.TxnAsync(Txn
            .If(Compare.Missing("made"))
            .Then(Op.Put("made", "by a transaction"), Op.Txn(Txn.Do(Op.Put("inner", "too")))));
        await store.PutAsync("gone", "soon");
        await store.DeleteAsync("gone");
        await store.CompactAsync(CompactRevision);
        while (store.Status.SnapshotIndex == 0)
        {
            await store.GetAsync("made");
        }

        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
        File.Delete(Path.Combine(folder, Files.StorageLayout.Lock));
    }

    private static Value Value(int round, int key) => new string((char)('a' + ((round + key) % 26)), ValueLength);
}
