using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Linearizability;

namespace EmbeddedConsensus.Testing.Watches;

/// <summary>
/// Checks the events of watches against the changes of the store: ordered, unique, reliable, atomic, resumable and
/// bookmarkable, in the terms of etcd's guarantees.
/// </summary>
/// <remarks>
/// <para>The changes come from <see cref="CheckResult.Changes"/>, or from <see cref="FromWatch"/> for a trusted watch.
/// If a history has writes of unknown outcome, check it together with its recorded watches: an event may be the only
/// evidence of which of them took effect.</para>
/// <para>Missing events at the end are no violation, since a watch may lag when its recording ends. Pass the revision
/// it must have reached to check that as well.</para>
/// </remarks>
public static class WatchValidator
{
    /// <summary>Checks the events of one watch.</summary>
    /// <param name="recording">The watch.</param>
    /// <param name="changes">The changes of the store.</param>
    /// <param name="mustReach">The revision up to which everything must have been delivered; 0 for any.</param>
    /// <returns>The violations, at most one per property: later ones are mostly consequences of the first.</returns>
    public static IReadOnlyList<WatchViolation> Validate(
        WatchRecording recording, RevisionLog changes, long mustReach = 0)
    {
        ArgumentNullException.ThrowIfNull(recording);
        ArgumentNullException.ThrowIfNull(changes);
        return new WatchRun(recording, changes).Validate(mustReach);
    }

    /// <summary>Checks the events of every watch of a history.</summary>
    /// <param name="recordings">The watches.</param>
    /// <param name="changes">The changes of the store.</param>
    public static IReadOnlyList<WatchViolation> ValidateAll(
        IEnumerable<WatchRecording> recordings, RevisionLog changes) =>
        [.. recordings.SelectMany(recording => Validate(recording, changes))];

    /// <summary>Checks that a watch that resumes where another stopped delivered exactly the rest: together they are
    /// like one watch that never stopped.</summary>
    /// <param name="stopped">The watch that stopped.</param>
    /// <param name="resumed">The watch that resumes. Its start revision is one more than the last that the other
    /// delivered completely, by an event that ends its revision or by a bookmark.</param>
    /// <param name="changes">The changes of the store.</param>
    public static IReadOnlyList<WatchViolation> ValidateResumption(
        WatchRecording stopped, WatchRecording resumed, RevisionLog changes)
    {
        ArgumentNullException.ThrowIfNull(stopped);
        ArgumentNullException.ThrowIfNull(resumed);
        long place = ResumeRevision(stopped);
        if (resumed.Options.StartRevision != place)
        {
            return
            [
                new WatchViolation(
                    WatchProperty.Resumable, resumed.Name, resumed.Options.StartRevision,
                    $"It began at revision {resumed.Options.StartRevision}. Watch \"{stopped.Name}\" has to be "
                        + $"resumed at {place}."),
            ];
        }

        // The events of an incomplete revision are delivered again, as a whole.
        WatchRecording complete = stopped with
        {
            Records =
            [
                .. stopped.Records
                    .Select(record => record with { Events = [.. record.Events.Where(item => item.Revision < place)] })
                    .Where(record => record.Events.Count > 0 || record.Bookmark > 0),
            ],
        };
        WatchRecording joined = complete with
        {
            Name = $"{stopped.Name}, then {resumed.Name}",
            Records = [.. complete.Records, .. resumed.Records],
        };
        HashSet<(WatchProperty, long)> own =
            [.. Validate(complete, changes).Select(violation => (violation.Property, violation.Revision))];
        return
        [
            .. Validate(joined, changes).Select(violation => own.Contains((violation.Property, violation.Revision))
                ? violation
                : violation with { Property = WatchProperty.Resumable }),
        ];
    }

    /// <summary>The revision at which to resume a watch: one more than the last that it delivered completely.</summary>
    /// <param name="recording">The watch.</param>
    public static long ResumeRevision(WatchRecording recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        long complete = recording.Records
            .SelectMany(record => record.Events.Where(item => item.EndsRevision).Select(item => item.Revision)
                .Append(record.Bookmark))
            .DefaultIfEmpty()
            .Max();
        return complete > 0 ? complete + 1 : recording.Options.StartRevision;
    }

    /// <summary>Builds the log of changes from a watch that is trusted to have seen everything, such as that of a
    /// single replica without faults.</summary>
    /// <param name="recording">A watch of all keys without filters, from the first revision on.</param>
    /// <exception cref="ArgumentException">The watch has filters, does not watch all keys, or skips a
    /// revision.</exception>
    public static RevisionLog FromWatch(WatchRecording recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        if (recording.Range != KeyRange.All || recording.Options is { SkipPuts: true } or { SkipDeletes: true }
            || recording.Options.StartRevision < 1)
        {
            throw new ArgumentException(
                "A log of changes needs a watch of all keys, without filters, from a given revision on.",
                nameof(recording));
        }

        List<List<WatchEvent>> changes = [];
        foreach (WatchEvent item in recording.Records.SelectMany(record => record.Events))
        {
            if (changes.Count == 0 || changes[^1][0].Revision != item.Revision)
            {
                changes.Add([]);
            }

            changes[^1].Add(item);
            long expected = changes[0][0].Revision + changes.Count - 1;
            if (item.Revision != expected)
            {
                throw new ArgumentException(
                    $"The watch has revision {item.Revision} where {expected} should come. No log can be made of it.",
                    nameof(recording));
            }
        }

        long first = changes.Count == 0 ? recording.Options.StartRevision : changes[0][0].Revision;
        return new RevisionLog(first - 1, changes);
    }
}
