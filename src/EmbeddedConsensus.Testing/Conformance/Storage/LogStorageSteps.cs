using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Storage;

/// <summary>The steps that the checks of a log share: each acts on the storage and on the model that it is compared
/// with.</summary>
internal static class LogStorageSteps
{
    public static LogEntry Entry(ulong index, ulong term, int bytes = 16, LogEntryKind kind = LogEntryKind.Command)
    {
        byte[] data = new byte[bytes];
        new Random(HashOf(index, term)).NextBytes(data);
        return new LogEntry(index, term, kind, data);
    }

    public static LogAppend Entries(ulong first, int count, ulong term, int bytes = 16, byte[]? state = null) =>
        new(Enumerable.Range(0, count).Select(i => Entry(first + (ulong)i, term, bytes)).ToArray(), state);

    /// <summary>A hard state: bytes that only a replica can read, of one length or another.</summary>
    public static byte[] State(ulong term, ulong commit = 0)
    {
        byte[] state = new byte[1 + ((term + commit) % 100)];
        new Random(HashOf(term, commit)).NextBytes(state);
        return state;
    }

    private static int HashOf(ulong index, ulong term) => (int)((index * 1_000_003) + term);

    public static async Task AppendAsync(ILogStorage storage, LogModel model, params LogAppend[] writes)
    {
        await storage.AppendAsync(writes).ConfigureAwait(false);
        model.Append(writes);
    }

    public static async Task DropAsync(ILogStorage storage, LogModel model, ulong index, ulong term)
    {
        var through = new LogPosition(index, term);
        await storage.DropPrefixAsync(through).ConfigureAwait(false);
        model.DropPrefix(through);
    }

    /// <summary>Opens a log, checks what it recovers and every entry.</summary>
    public static async Task<ILogStorage> OpenAsync(LogStorageMedium medium, LogModel model)
    {
        ILogStorage storage = medium.Open();
        model.Check(await storage.RecoverAsync().ConfigureAwait(false));
        await model.CheckAsync(storage).ConfigureAwait(false);
        return storage;
    }

    /// <summary>Checks a log as it is, then after closing and opening, and where it can after a crash.</summary>
    public static async Task CheckReopenedAsync(LogStorageMedium medium, ILogStorage storage, LogModel model)
    {
        await model.CheckAsync(storage).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
        storage = await OpenAsync(medium, model).ConfigureAwait(false);
        if (medium.CanCrash)
        {
            await medium.CrashAsync().ConfigureAwait(false);
            storage = await OpenAsync(medium, model).ConfigureAwait(false);
        }

        ulong next = model.LastIndex + 1;
        await AppendAsync(storage, model, Entries(next, 2, 1_000_000, state: State(1_000_000))).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
        storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await storage.DisposeAsync().ConfigureAwait(false);
    }

    public static async Task<ILogStorage> ReopenAsync(LogStorageMedium medium, ILogStorage storage, LogModel model)
    {
        await storage.DisposeAsync().ConfigureAwait(false);
        return await OpenAsync(medium, model).ConfigureAwait(false);
    }

    /// <summary>A write whose entry at a place, if it has as many, changes the membership.</summary>
    public static LogAppend WithConfiguration(LogAppend write, int at)
    {
        LogEntry[] entries = write.Entries.ToArray();
        if (at < entries.Length)
        {
            entries[at] = entries[at] with { Kind = LogEntryKind.Configuration };
        }

        return write with { Entries = entries };
    }
}
