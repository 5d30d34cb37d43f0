using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Storage;

/// <summary>What every <see cref="ILogStorage"/> must do. Run each check against an implementation of yours.</summary>
/// <example>
/// With xunit: a theory over the names of <see cref="Checks"/> that finds the check and awaits
/// <c>check.RunAsync(() => new MyMedium())</c>.
/// </example>
public static class LogStorageConformance
{
    /// <summary>The checks, in no particular order.</summary>
    public static IReadOnlyList<ConformanceCheck<LogStorageMedium>> Checks { get; } =
    [
        new("New_log_is_empty", "A log that was never written reports it.", LogAppendChecks.NewLogIsEmptyAsync),
        new("Incarnations_rise", "Every recovery has a higher incarnation than those before.",
            LogAppendChecks.IncarnationsAsync),
        new("Appended_entries_survive", "Entries and hard state are there after closing and opening.",
            LogAppendChecks.AppendedSurviveAsync),
        new("Writes_apply_in_order", "Several writes in one append apply one after another.",
            LogAppendChecks.WritesApplyInOrderAsync),
        new("Hard_state_alone", "A hard state needs no entries, and the last one wins.",
            LogAppendChecks.HardStateAloneAsync),
        new("Hard_state_is_bytes", "A hard state is kept to the last byte, up to the limit, and beyond it is refused.",
            LogAppendChecks.HardStateBytesAsync),
        new("Hard_state_is_copied", "What happens to a hard state's memory after an append does not matter.",
            LogAppendChecks.HardStateIsCopiedAsync),
        new("Overwrite_replaces_the_suffix", "An append at an existing index overrides all that follows.",
            LogAppendChecks.OverwriteAsync),
        new("Overwrite_within_one_append", "A later write of an append may override an earlier one.",
            LogAppendChecks.OverwriteWithinAsync),
        new("Overwrite_of_everything", "The whole log may be overridden.", LogAppendChecks.OverwriteAllAsync),
        new("Terms_are_recovered", "Runs of terms are reported exactly, across overrides.", LogAppendChecks.TermsAsync),
        new("Configuration_entries_are_recovered",
            "Recovery reports the entries that change the membership, except overridden and dropped ones.",
            LogConfigurationChecks.ConfigurationEntriesAsync),
        new("Read_bounds", "A read outside the log is refused, one inside returns exactly the range.",
            LogReadChecks.ReadBoundsAsync),
        new("Read_stops_at_the_limit", "A read returns as much as fits, and at least one entry.",
            LogReadChecks.ReadLimitAsync),
        new("Gaps_are_refused", "An append that does not fit is refused and changes nothing.",
            LogAppendChecks.GapsAsync),
        new("Empty_payloads", "Entries without data keep their place and kind.", LogAppendChecks.EmptyPayloadsAsync),
        new("Large_entries", "Entries of 1.5 MiB and more are kept to the last byte.",
            LogAppendChecks.LargeEntriesAsync),
        new("Large_append", "One append of several MiB is kept as a whole.", LogAppendChecks.LargeAppendAsync),
        new("Many_small_appends", "Thousands of small appends are kept.", LogAppendChecks.ManySmallAppendsAsync),
        new("Drop_a_prefix", "Dropped entries are gone, the rest stays.", LogDropChecks.DropPrefixAsync),
        new("Drop_everything", "A drop up to the end leaves an empty log that continues.",
            LogDropChecks.DropEverythingAsync),
        new("Drop_beyond_the_end", "A drop beyond the end moves the log to the end of an installed snapshot.",
            LogDropChecks.DropBeyondAsync),
        new("Drop_with_another_term", "A drop at a position of another term drops the whole log.",
            LogDropChecks.DropOtherTermAsync),
        new("Drop_again", "A drop at or before the start changes nothing.", LogDropChecks.DropAgainAsync),
        new("Drop_of_a_long_log", "Dropping most of many MiB keeps the rest, and later appends.",
            LogDropChecks.DropLongLogAsync),
        new("Reads_beside_the_writer", "Reads beside appends see whole, right entries.",
            LogReadChecks.ReadsBesideWriterAsync),
        new("Use_in_the_wrong_order", "Calls before recovery or after disposal are refused.",
            LogReadChecks.WrongOrderAsync),
        new("Dispose_twice", "Disposing twice, or without recovery, is fine.", LogReadChecks.DisposeTwiceAsync),
        new("One_at_a_time", "A medium that is open cannot be opened again until it is closed.",
            LogReadChecks.OneAtATimeAsync),
        new("Entries_are_the_readers", "What was read stays as it was, whatever is written later.",
            LogReadChecks.EntriesStayAsync),
        new("Random_operations_1", "A random sequence of operations behaves as a model does.",
            medium => LogDropChecks.RandomAsync(medium, 1)),
        new("Random_operations_2", "A random sequence of operations behaves as a model does.",
            medium => LogDropChecks.RandomAsync(medium, 2)),
        new("Random_operations_3", "A random sequence of operations behaves as a model does.",
            medium => LogDropChecks.RandomAsync(medium, 3)),
        new("Random_operations_4", "A random sequence of operations behaves as a model does.",
            medium => LogDropChecks.RandomAsync(medium, 4)),
    ];

    /// <summary>Finds a check.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public static ConformanceCheck<LogStorageMedium> Find(string name) =>
        Checks.FirstOrDefault(check => check.Name == name)
        ?? throw new KeyNotFoundException($"There is no check named {name}.");
}
