using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Linearizability;

namespace EmbeddedConsensus.Testing.Watches;

/// <summary>
/// Checks what watches were given against the changes that the store made: ordered, unique, reliable, atomic, resumable
/// and bookmarkable, as etcd words the promises of its watches.
/// </summary>
/// <remarks>
/// <para>The changes come from <see cref="CheckResult.Changes"/>, or from <see cref="FromWatch"/> of a watch that is
/// trusted. Where a history has writes of unknown outcome, give the check the recorded watches along with the calls: an
/// event may be the only thing that tells which of them happened.</para>
/// <para>That nothing more came is no violation, since a watch may be behind when its recording ends. Say how far it
/// must have come to have that checked as well.</para>
/// </remarks>
public static class WatchValidator
{
    /// <summary>Checks what one watch was given.</summary>
    /// <param name="recording">The watch.</param>
    /// <param name="changes">What the store changed.</param>
    /// <param name="mustReach">The revision up to which everything must have been given; 0 for no matter how
    /// far.</param>
    /// <returns>The violations, at most one of each property: what follows the first is mostly its echo.</returns>
    public static IReadOnlyList<WatchViolation> Validate(
        WatchRecording recording, RevisionLog changes, long mustReach = 0)
    {
        ArgumentNullException.ThrowIfNull(recording);
        ArgumentNullException.ThrowIfNull(changes);
        return new WatchRun(recording, changes).Validate(mustReach);
    }

    /// <summary>Checks what every watch of a history was given.</summary>
    /// <param name="recordings">The watches.</param>
    /// <param name="changes">What the store changed.</param>
    public static IReadOnlyList<WatchViolation> ValidateAll(
        IEnumerable<WatchRecording> recordings, RevisionLog changes) =>
        [.. recordings.SelectMany(recording => Validate(recording, changes))];

    /// <summary>Checks that a watch which goes on where another stopped gave exactly the rest: together they are like
    /// one watch that never stopped.</summary>
    /// <param name="stopped">The watch that stopped.</param>
    /// <param name="resumed">The watch that goes on. Its start revision is one more than the last that the other was
    /// given completely, by an event that ends its revision or by a bookmark.</param>
    /// <param name="changes">What the store changed.</param>
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

        // What was given of a revision that was not complete is given again, as a whole.
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

    /// <summary>The revision at which to resume a watch: one more than the last that it was given completely.</summary>
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

    /// <summary>Makes the log of changes from a watch that is trusted to have seen everything, such as that of a single
    /// replica without faults.</summary>
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
                    $"The watch gives revision {item.Revision} where {expected} should come. No log can be made of it.",
                    nameof(recording));
            }
        }

        long first = changes.Count == 0 ? recording.Options.StartRevision : changes[0][0].Revision;
        return new RevisionLog(first - 1, changes);
    }
}
