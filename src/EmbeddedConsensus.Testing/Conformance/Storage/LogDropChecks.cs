using EmbeddedConsensus.Storage;
using static EmbeddedConsensus.Testing.Storage.LogStorageSteps;

namespace EmbeddedConsensus.Testing.Storage;

/// <summary>Checks of dropping prefixes, and random sequences of all operations.</summary>
internal static class LogDropChecks
{
    public static async Task DropPrefixAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 10, 1, state: State(1, 4)), Entries(11, 10, 2))
            .ConfigureAwait(false);
        await DropAsync(storage, model, 4, 1).ConfigureAwait(false);
        await model.CheckAsync(storage).ConfigureAwait(false);
        await DropAsync(storage, model, 10, 1).ConfigureAwait(false);
        await DropAsync(storage, model, 15, 2).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task DropEverythingAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 10, 3, state: State(3))).ConfigureAwait(false);
        await DropAsync(storage, model, 10, 3).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
        storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(11, 2, 4)).ConfigureAwait(false);
        await DropAsync(storage, model, 12, 4).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task DropBeyondAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await DropAsync(storage, model, 100, 2).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(101, 3, 3, state: State(3))).ConfigureAwait(false);
        await DropAsync(storage, model, 1_000_000, 7).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
        storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1_000_001, 3, 7)).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task DropOtherTermAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 10, 1)).ConfigureAwait(false);
        await DropAsync(storage, model, 6, 2).ConfigureAwait(false);
        await Expect.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await storage.ReadAsync(7, 7, 1).ConfigureAwait(false), "a read of an entry dropped with its "
                + "log")
            .ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(7, 2, 2)).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task DropAgainAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await DropAsync(storage, model, 0, 0).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 10, 1)).ConfigureAwait(false);
        await DropAsync(storage, model, 5, 1).ConfigureAwait(false);
        await DropAsync(storage, model, 5, 1).ConfigureAwait(false);
        await DropAsync(storage, model, 3, 1).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task DropLongLogAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        for (int round = 0; round < 6; round++)
        {
            ulong term = (ulong)round + 1;
            for (int i = 0; i < 8; i++)
            {
                await AppendAsync(
                    storage, model, Entries(model.LastIndex + 1, 40, term, bytes: 10_000, state: State(term)))
                    .ConfigureAwait(false);
            }

            await DropAsync(storage, model, model.LastIndex - 5, term).ConfigureAwait(false);
            await storage.DisposeAsync().ConfigureAwait(false);
            storage = await OpenAsync(medium, model).ConfigureAwait(false);
        }

        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task RandomAsync(LogStorageMedium medium, int seed)
    {
        var random = new Random(seed);
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        ulong term = 1;
        for (int step = 0; step < 300; step++)
        {
            term += random.Next(6) == 0 ? 1UL : 0;
            switch (random.Next(20))
            {
                case < 12:
                    await AppendAsync(storage, model, RandomWrites(random, model, term)).ConfigureAwait(false);
                    break;
                case < 14:
                    await DropRandomlyAsync(random, storage, model, term).ConfigureAwait(false);
                    break;
                case < 18:
                    await ReadRandomlyAsync(random, storage, model).ConfigureAwait(false);
                    break;
                case 18 when medium.CanCrash:
                    await medium.CrashAsync().ConfigureAwait(false);
                    storage = await OpenAsync(medium, model).ConfigureAwait(false);
                    break;
                default:
                    await storage.DisposeAsync().ConfigureAwait(false);
                    storage = await OpenAsync(medium, model).ConfigureAwait(false);
                    break;
            }
        }

        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    private static LogAppend[] RandomWrites(Random random, LogModel model, ulong term)
    {
        List<LogAppend> writes = [];
        ulong last = model.LastIndex;
        for (int i = random.Next(3); i >= 0; i--)
        {
            byte[]? state = random.Next(3) == 0 ? State(term, model.Start.Index) : null;
            int count = random.Next(4) == 0 ? 0 : random.Next(1, 30);
            bool overrides = random.Next(4) == 0 && last > model.Start.Index;
            ulong first = overrides
                ? model.Start.Index + 1 + (ulong)random.NextInt64((long)(last - model.Start.Index))
                : last + 1;
            LogAppend write = Entries(first, count, term, random.Next(10) == 0 ? 70_000 : random.Next(200), state);
            writes.Add(random.Next(4) == 0 ? WithConfiguration(write, random.Next(count + 1)) : write);
            last = count == 0 ? last : first + (ulong)count - 1;
        }

        return [.. writes];
    }

    private static async Task DropRandomlyAsync(Random random, ILogStorage storage, LogModel model, ulong term)
    {
        ulong length = model.LastIndex - model.Start.Index;
        if (length == 0 || random.Next(10) == 0)
        {
            await DropAsync(storage, model, model.LastIndex + (ulong)random.Next(1, 50), term).ConfigureAwait(false);
            return;
        }

        ulong index = model.Start.Index + 1 + (ulong)random.NextInt64((long)length);
        ulong itsTerm = random.Next(10) == 0 ? term + 1 : model[index].Term;
        await DropAsync(storage, model, index, itsTerm).ConfigureAwait(false);
    }

    private static async Task ReadRandomlyAsync(Random random, ILogStorage storage, LogModel model)
    {
        ulong length = model.LastIndex - model.Start.Index;
        if (length > 0)
        {
            ulong first = model.Start.Index + 1 + (ulong)random.NextInt64((long)length);
            ulong last = first + (ulong)random.NextInt64((long)(model.LastIndex - first + 1));
            await model.CheckRangeAsync(storage, first, last, random.Next(200_000)).ConfigureAwait(false);
        }
    }
}
