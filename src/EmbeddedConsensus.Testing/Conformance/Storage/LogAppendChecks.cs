using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;
using static EmbeddedConsensus.Testing.Storage.LogStorageSteps;

namespace EmbeddedConsensus.Testing.Storage;

/// <summary>Checks of appends and overrides.</summary>
internal static class LogAppendChecks
{
    public static async Task NewLogIsEmptyAsync(LogStorageMedium medium)
    {
        for (int i = 0; i < 2; i++)
        {
            ILogStorage storage = medium.Open();
            StoredLog recovered = await storage.RecoverAsync().ConfigureAwait(false);
            Expect.That(recovered.IsEmpty, "a new log to be empty");
            new LogModel().Check(recovered);
            await storage.DisposeAsync().ConfigureAwait(false);
        }
    }

    public static async Task IncarnationsAsync(LogStorageMedium medium)
    {
        ulong last = 0;
        for (int i = 0; i < 6; i++)
        {
            ILogStorage storage = medium.Open();
            ulong incarnation = (await storage.RecoverAsync().ConfigureAwait(false)).Incarnation;
            Expect.That(incarnation > last, $"an incarnation above {last}, but it is {incarnation}");
            last = incarnation;
            if (i % 2 == 1)
            {
                await storage.AppendAsync(new[] { Entries((ulong)i, 2, 1) }).ConfigureAwait(false);
            }

            if (i % 3 == 2 && medium.CanCrash)
            {
                await medium.CrashAsync().ConfigureAwait(false);
            }
            else
            {
                await storage.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    public static async Task AppendedSurviveAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 3, 1, state: State(1))).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(4, 5, 2, state: State(2, 3))).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task WritesApplyInOrderAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(
            storage, model, Entries(1, 2, 1, state: State(1)), Entries(3, 2, 1), new LogAppend(default, State(2)),
            Entries(5, 1, 2, state: State(2, 4)), new LogAppend(default, State(3, 4))).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task HardStateAloneAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        for (ulong term = 1; term <= 5; term++)
        {
            await AppendAsync(storage, model, new LogAppend(default, State(term, term - 1))).ConfigureAwait(false);
        }

        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task HardStateBytesAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 3, 1)).ConfigureAwait(false);
        foreach (int length in new[] { 1, 49, LogAppend.MaxHardStateBytes, 2 })
        {
            byte[] state = new byte[length];
            new Random(length).NextBytes(state);
            await AppendAsync(storage, model, new LogAppend(default, state)).ConfigureAwait(false);
            storage = await ReopenAsync(medium, storage, model).ConfigureAwait(false);
            await DropAsync(storage, model, model.Start.Index + 1, 1).ConfigureAwait(false);
            await AppendAsync(storage, model, Entries(model.LastIndex + 1, 1, 1)).ConfigureAwait(false);
            storage = await ReopenAsync(medium, storage, model).ConfigureAwait(false);
        }

        LogAppend tooLong = new(default, new byte[LogAppend.MaxHardStateBytes + 1]);
        await Expect.ThrowsAsync<ArgumentException>(
            async () => await storage.AppendAsync(new[] { tooLong }).ConfigureAwait(false),
            "an append of a hard state beyond the limit").ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task HardStateIsCopiedAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        byte[] state = State(1);
        await AppendAsync(storage, model, Entries(1, 2, 1, state: state)).ConfigureAwait(false);
        Array.Fill(state, (byte)0xAA);
        await AppendAsync(storage, model, Entries(3, 2, 1)).ConfigureAwait(false);
        await DropAsync(storage, model, 2, 1).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task OverwriteAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 10, 1)).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(6, 2, 2, state: State(2))).ConfigureAwait(false);
        await model.CheckAsync(storage).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(8, 4, 2)).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(4, 1, 3)).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task OverwriteWithinAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 5, 1)).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(6, 4, 1), Entries(8, 3, 2), Entries(5, 2, 3), Entries(7, 1, 3))
            .ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task OverwriteAllAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        for (ulong term = 1; term <= 4; term++)
        {
            await AppendAsync(storage, model, Entries(1, 9 - (int)term, term)).ConfigureAwait(false);
        }

        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task TermsAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 4, 1), Entries(5, 1, 2), Entries(6, 6, 5)).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(9, 1, 6), Entries(10, 3, 9)).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
        storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(5, 2, 10)).ConfigureAwait(false);
        await DropAsync(storage, model, 4, 1).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task GapsAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 5, 1)).ConfigureAwait(false);
        await DropAsync(storage, model, 2, 1).ConfigureAwait(false);
        LogAppend[][] misfits =
        [
            [],
            [Entries(7, 1, 1)],
            [Entries(2, 1, 1)],
            [Entries(0, 1, 1)],
            [Entries(6, 1, 1), Entries(8, 1, 1)],
            [new LogAppend(new[] { Entry(6, 1), Entry(8, 1) }, default)],
            [new LogAppend(new[] { Entry(6, 1), Entry(6, 1) }, default)],
        ];
        foreach (LogAppend[] misfit in misfits)
        {
            await Expect.ThrowsAsync<ArgumentException>(
                async () => await storage.AppendAsync(misfit).ConfigureAwait(false), "an append that does not fit")
                .ConfigureAwait(false);
        }

        await AppendAsync(storage, model, Entries(6, 1, 1)).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task EmptyPayloadsAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        LogEntry[] entries =
        [
            Entry(1, 1, 0, LogEntryKind.NoOp),
            Entry(2, 1, 5),
            Entry(3, 1, 0),
            Entry(4, 1, 0, LogEntryKind.Configuration),
        ];
        await AppendAsync(storage, model, new LogAppend(entries, default)).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(5, 1, 2, bytes: 0)).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task LargeEntriesAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 1, 1, bytes: 1_572_864, state: State(1))).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(2, 3, 1)).ConfigureAwait(false);
        await AppendAsync(
            storage, model, Entries(5, 1, 1, bytes: 3_000_001), Entries(6, 2, 1, bytes: 1)).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task LargeAppendAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(1, 100, 1, bytes: 100_000, state: State(1))).ConfigureAwait(false);
        await AppendAsync(storage, model, Entries(60, 20_000, 2, bytes: 100, state: State(2))).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }

    public static async Task ManySmallAppendsAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        for (ulong index = 1; index <= 2_000; index++)
        {
            await AppendAsync(storage, model, Entries(index, 1, 1 + (index / 300), bytes: 40)).ConfigureAwait(false);
        }

        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }
}
