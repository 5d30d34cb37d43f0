using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Storage;

/// <summary>What every <see cref="ILogStorage"/> must do. Run each check against an implementation of yours.</summary>
/// <example>
/// With xunit: a theory over the names of <see cref="Checks"/> that finds the check and awaits
/// <c>check.RunAsync(() => new MyMedium())</c>.
/// </example>
public static partial class LogStorageConformance
{
    /// <summary>The checks, in no particular order.</summary>
    public static IReadOnlyList<ConformanceCheck<LogStorageMedium>> Checks { get; } =
    [
        new("New_log_is_empty", "A log that was never written says so.", NewLogIsEmptyAsync),
        new("Incarnations_rise", "Every recovery has a higher incarnation than those before.", IncarnationsAsync),
        new("Appended_entries_survive", "Entries and hard state are there after closing and opening.", AppendedSurviveAsync),
        new("Writes_apply_in_order", "Several writes in one append apply one after another.", WritesApplyInOrderAsync),
        new("Hard_state_alone", "A hard state needs no entries, and the last one wins.", HardStateAloneAsync),
        new("Overwrite_replaces_the_suffix", "An append at an existing index overrides all that follows.", OverwriteAsync),
        new("Overwrite_within_one_append", "A later write of an append may override an earlier one.", OverwriteWithinAsync),
        new("Overwrite_of_everything", "The whole log may be overridden.", OverwriteAllAsync),
        new("Terms_are_recovered", "Runs of terms are told exactly, across overrides.", TermsAsync),
        new("Configuration_entries_are_recovered",
            "The entries that change the membership are told at recovery, but for the overridden and the dropped.",
            ConfigurationEntriesAsync),
        new("Read_bounds", "A read outside the log is refused, one inside gives exactly the range.", ReadBoundsAsync),
        new("Read_stops_at_the_limit", "A read gives as much as fits, and always one entry.", ReadLimitAsync),
        new("Gaps_are_refused", "An append that does not fit is refused and changes nothing.", GapsAsync),
        new("Empty_payloads", "Entries without data keep their place and kind.", EmptyPayloadsAsync),
        new("Large_entries", "Entries of 1.5 MiB and more are kept to the last byte.", LargeEntriesAsync),
        new("Large_append", "One append of several MiB is kept as a whole.", LargeAppendAsync),
        new("Many_small_appends", "Thousands of small appends are kept.", ManySmallAppendsAsync),
        new("Drop_a_prefix", "Dropped entries are gone, the rest stays.", DropPrefixAsync),
        new("Drop_everything", "A drop up to the end leaves an empty log that goes on.", DropEverythingAsync),
        new("Drop_beyond_the_end", "A drop beyond the end moves the log behind an installed snapshot.", DropBeyondAsync),
        new("Drop_with_another_term", "A drop at a position of another term drops the whole log.", DropOtherTermAsync),
        new("Drop_again", "A drop at or before the start changes nothing.", DropAgainAsync),
        new("Drop_of_a_long_log", "Dropping most of many MiB keeps the rest, and later appends.", DropLongLogAsync),
        new("Reads_beside_the_writer", "Reads beside appends see whole, right entries.", ReadsBesideWriterAsync),
        new("Use_in_the_wrong_order", "Calls before recovery or after disposal are refused.", WrongOrderAsync),
        new("Dispose_twice", "Disposing twice, or without recovery, is fine.", DisposeTwiceAsync),
        new("One_at_a_time", "A medium that is open cannot be opened again until it is closed.", OneAtATimeAsync),
        new("Entries_are_the_readers", "What was read stays as it was, whatever is written later.", EntriesStayAsync),
        new("Random_operations_1", "A random sequence of operations behaves as a model does.", medium => RandomAsync(medium, 1)),
        new("Random_operations_2", "A random sequence of operations behaves as a model does.", medium => RandomAsync(medium, 2)),
        new("Random_operations_3", "A random sequence of operations behaves as a model does.", medium => RandomAsync(medium, 3)),
        new("Random_operations_4", "A random sequence of operations behaves as a model does.", medium => RandomAsync(medium, 4)),
    ];

    /// <summary>Finds a check.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public static ConformanceCheck<LogStorageMedium> Find(string name) =>
        Checks.FirstOrDefault(check => check.Name == name)
        ?? throw new KeyNotFoundException($"There is no check named {name}.");

    private static LogEntry Entry(ulong index, ulong term, int bytes = 16, LogEntryKind kind = LogEntryKind.Command)
    {
        byte[] data = new byte[bytes];
        new Random(HashOf(index, term)).NextBytes(data);
        return new LogEntry(index, term, kind, data);
    }

    private static LogAppend Entries(ulong first, int count, ulong term, int bytes = 16, HardState? state = null) =>
        new(Enumerable.Range(0, count).Select(i => Entry(first + (ulong)i, term, bytes)).ToArray(), state);

    // A replica keeps its owner; the storage must keep whatever it is given.
    private static HardState State(ulong term, ulong commit = 0) => new(
        term, new MemberId(term * 7), commit, new MemberId(ulong.MaxValue - term), new FoundingVotes(term + 3, ~term));

    private static int HashOf(ulong index, ulong term) => (int)((index * 1_000_003) + term);

    private static async Task AppendAsync(ILogStorage storage, LogModel model, params LogAppend[] writes)
    {
        await storage.AppendAsync(writes).ConfigureAwait(false);
        model.Append(writes);
    }

    private static async Task DropAsync(ILogStorage storage, LogModel model, ulong index, ulong term)
    {
        var through = new LogPosition(index, term);
        await storage.DropPrefixAsync(through).ConfigureAwait(false);
        model.DropPrefix(through);
    }

    /// <summary>Opens a log, checks what it recovers and every entry.</summary>
    private static async Task<ILogStorage> OpenAsync(LogStorageMedium medium, LogModel model)
    {
        ILogStorage storage = medium.Open();
        model.Check(await storage.RecoverAsync().ConfigureAwait(false));
        await model.CheckAsync(storage).ConfigureAwait(false);
        return storage;
    }

    /// <summary>Checks a log as it is, then after closing and opening, and where it can after a crash.</summary>
    private static async Task CheckReopenedAsync(LogStorageMedium medium, ILogStorage storage, LogModel model)
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
}
