using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;
using static EmbeddedConsensus.Testing.Storage.LogStorageSteps;

namespace EmbeddedConsensus.Testing.Storage;

/// <summary>Checks of reads, and of the order of calls.</summary>
internal static class LogReadChecks
{
    public static async Task ReadBoundsAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await Expect.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await storage.ReadAsync(1, 1, 1).ConfigureAwait(false), "a read of an empty log")
            .ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 6, 1), Entries(7, 6, 2)).ConfigureAwait(false);
        await DropAsync(storage, model, 3, 1).ConfigureAwait(false);
        for (ulong first = 4; first <= 12; first++)
        {
            for (ulong last = first; last <= 12; last++)
            {
                await model.CheckRangeAsync(storage, first, last, long.MaxValue).ConfigureAwait(false);
            }
        }

        (ulong First, ulong Last)[] outside = [(3, 5), (0, 5), (4, 13), (13, 13), (6, 5)];
        foreach ((ulong first, ulong last) in outside)
        {
            await Expect.ThrowsAsync<ArgumentOutOfRangeException>(
                async () => await storage.ReadAsync(first, last, 1_000).ConfigureAwait(false),
                $"a read from {first} to {last} of a log from 4 to 12").ConfigureAwait(false);
        }

        await storage.DisposeAsync().ConfigureAwait(false);
    }

    public static async Task ReadLimitAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 5, 1, bytes: 100)).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(6, 1, 1, bytes: 5_000)).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(7, 9, 2, bytes: 10)).ConfigureAwait(false);
        long[] limits = [0, 1, 123, 124, 125, 247, 248, 249, 619, 620, 621, 5_643, 5_644, 5_645, 6_000, 100_000];
        foreach (long limit in limits)
        {
            await model.CheckRangeAsync(storage, 1, 15, limit).ConfigureAwait(false);
            await model.CheckRangeAsync(storage, 6, 12, limit).ConfigureAwait(false);
        }

        await storage.DisposeAsync().ConfigureAwait(false);
    }

    public static async Task ReadsBesideWriterAsync(LogStorageMedium medium)
    {
        ILogStorage storage = await OpenAsync(medium, new LogModel()).ConfigureAwait(false);
        const ulong Count = 400;
        ulong durable = 0;
        ulong dropped = 0;
        Task reader = Task.Run(async () =>
        {
            var random = new Random(11);
            while (Volatile.Read(ref durable) < Count)
            {
                ulong last = Volatile.Read(ref durable);
                ulong start = Volatile.Read(ref dropped);
                if (last <= start)
                {
                    await Task.Yield();
                    continue;
                }

                ulong first = start + 1 + (ulong)random.NextInt64((long)(last - start));
                await ReadOneAsync(storage, first, last, () => Volatile.Read(ref dropped)).ConfigureAwait(false);
            }
        });
        for (ulong index = 1; index <= Count; index++)
        {
            await storage.AppendAsync(new[] { Entries(index, 1, 1, bytes: 2_000) }).ConfigureAwait(false);
            if (index % 100 == 0)
            {
                Volatile.Write(ref dropped, index - 50);
                await storage.DropPrefixAsync(new LogPosition(index - 50, 1)).ConfigureAwait(false);
            }

            Volatile.Write(ref durable, index);
        }

        await reader.ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task ReadOneAsync(ILogStorage storage, ulong first, ulong last, Func<ulong> dropped)
    {
        try
        {
            ReadOnlyMemory<LogEntry> entries = await storage.ReadAsync(first, last, 20_000).ConfigureAwait(false);
            for (int i = 0; i < entries.Length; i++)
            {
                Expect.SameEntry(Entry(first + (ulong)i, 1, 2_000), entries.Span[i]);
            }
        }
        catch (ArgumentOutOfRangeException) when (first <= dropped())
        {
            // Dropped between the choice of the range and the read, as the interface allows.
            return;
        }
    }

    public static async Task EntriesStayAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 20, 1, bytes: 300)).ConfigureAwait(false);
        ReadOnlyMemory<LogEntry> entries = await storage.ReadAsync(1, 20, long.MaxValue).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 20, 2, bytes: 300)).ConfigureAwait(false);
        await model.CheckAsync(storage).ConfigureAwait(false);
        for (int i = 0; i < entries.Length; i++)
        {
            Expect.SameEntry(Entry(1 + (ulong)i, 1, 300), entries.Span[i]);
        }

        await storage.DisposeAsync().ConfigureAwait(false);
    }

    public static async Task WrongOrderAsync(LogStorageMedium medium)
    {
        ILogStorage storage = medium.Open();
        var calls = new Dictionary<string, Func<Task>>
        {
            ["an append"] = async () => await storage.AppendAsync(new[] { Entries(1, 1, 1) }).ConfigureAwait(false),
            ["a read"] = async () => await storage.ReadAsync(1, 1, 1).ConfigureAwait(false),
            ["a drop"] = async () => await storage.DropPrefixAsync(new LogPosition(1, 1)).ConfigureAwait(false),
        };
        foreach ((string name, Func<Task> call) in calls)
        {
            await Expect.ThrowsAsync<InvalidOperationException>(call, $"{name} before recovery").ConfigureAwait(false);
        }

        await storage.RecoverAsync().ConfigureAwait(false);
        calls["a second recovery"] = async () => await storage.RecoverAsync().ConfigureAwait(false);
        await Expect.ThrowsAsync<InvalidOperationException>(calls["a second recovery"], "a second recovery")
            .ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
        foreach ((string name, Func<Task> call) in calls)
        {
            await Expect.ThrowsAsync<ObjectDisposedException>(call, $"{name} after disposal").ConfigureAwait(false);
        }
    }

    public static async Task DisposeTwiceAsync(LogStorageMedium medium)
    {
        ILogStorage storage = medium.Open();
        await storage.DisposeAsync().ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
        var model = new LogModel();
        storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 3, 1)).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
        storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    public static async Task OneAtATimeAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 3, 1)).ConfigureAwait(false);
        await Expect.ThrowsAsync<StorageInUseException>(
            async () =>
            {
                ILogStorage second = medium.Open();
                await using (second.ConfigureAwait(false))
                {
                    await second.RecoverAsync().ConfigureAwait(false);
                }
            },
            "opening a medium that is open").ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(4, 3, 1)).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }
}
