using EmbeddedConsensus.Chaos.Load;
using EmbeddedConsensus.Chaos.Nodes;
using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Linearizability;
using EmbeddedConsensus.Testing.Watches;

namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>Checks what callers and watchers recorded in a round, after the round.</summary>
/// <param name="folders">The directories of the records.</param>
/// <param name="members">The members at the end of the round.</param>
/// <param name="checks">Receives the results.</param>
/// <param name="round">The round.</param>
internal sealed class RoundCheck(
    ClusterFolders folders, IReadOnlyList<MemberId> members, CheckBook checks, int round)
{
    /// <summary>Checks the round.</summary>
    /// <param name="before">The state at the end of the previous round.</param>
    /// <param name="statistics">Counts the calls.</param>
    /// <returns>The state at the end of this round.</returns>
    public RoundState Run(RoundState before, LoadStatistics statistics)
    {
        IReadOnlyList<IReadOnlyList<StoreHistory>> lives = HistoryFile.ReadRound(folders.Histories, round);
        StoreHistory recorded = StoreHistory.Merge([.. lives.SelectMany(static life => life)]);
        statistics.Add(recorded);
        WatchRecording wholeRound = CompareEventLogs();
        CheckResult result = LinearizabilityChecker.Check(recorded with
        {
            InitialRevision = before.Revision,
            InitialItems = before.Items,
            Calls = [.. before.Unsettled, .. recorded.Calls],
            Watches = [.. recorded.Watches, wholeRound],
        });
        statistics.Checked(result.Elapsed);
        checks.Note(round, "linearizability", result.Verdict == Verdict.Linearizable ? null : result.ToString());
        if (result.Changes is { } changes)
        {
            foreach (IReadOnlyList<StoreHistory> life in lives)
            {
                CheckWatches(life, changes);
            }
        }

        List<WatchEvent> events = [.. wholeRound.Records.SelectMany(static record => record.Events)];
        CheckAcknowledged(recorded, events);
        return RoundState.After(recorded, events);
    }

    /// <summary>Checks the events delivered to a member's watchers, and that the watchers of each process resume
    /// exactly where those of the previous process stopped.</summary>
    private void CheckWatches(IReadOnlyList<StoreHistory> lives, RevisionLog changes)
    {
        foreach (IEnumerable<WatchRecording> watcher in lives
            .SelectMany(static life => life.Watches).GroupBy(LoadWatcher.NumberOf))
        {
            WatchRecording? stopped = null;
            foreach (WatchRecording watch in watcher)
            {
                Note("watch validity", WatchValidator.Validate(watch, changes));
                if (stopped is not null)
                {
                    Note("a watch resumes where it stopped",
                        WatchValidator.ValidateResumption(stopped, watch, changes));
                }

                stopped = watch;
            }
        }
    }

    private void Note(string name, IReadOnlyList<WatchViolation> violations) => checks.Note(
        round, name, violations.Count == 0 ? null : string.Join(Environment.NewLine, violations));

    /// <summary>Compares the events of a watch over the whole round on every member.</summary>
    /// <returns>The events on the first member.</returns>
    private WatchRecording CompareEventLogs()
    {
        WatchRecording? whole = null;
        List<WatchEvent> first = [];
        foreach (MemberId member in members)
        {
            WatchRecording watch =
                HistoryFile.Read(HistoryFile.EventsOf(folders.Histories, round, member.Value)).Watches[0];
            List<WatchEvent> events = [.. watch.Records.SelectMany(static record => record.Events)];
            if (whole is null)
            {
                (whole, first) = (watch, events);
            }

            int same = first.Zip(events).TakeWhile(static pair => pair.First == pair.Second).Count();
            checks.Note(
                round, "equal histories on every member",
                same == first.Count && same == events.Count
                    ? null
                    : $"Members {members[0]} and {member} differ at event {same} of {first.Count} and {events.Count}: "
                        + $"{first.ElementAtOrDefault(same)} and {events.ElementAtOrDefault(same)}");
        }

        return whole ?? throw new InvalidDataException("No member has reported its history.");
    }

    /// <summary>Checks each write against the round's history: an acknowledged one is present at the revision of its
    /// reply, and one that failed for certain is absent.</summary>
    private void CheckAcknowledged(StoreHistory recorded, IReadOnlyList<WatchEvent> events)
    {
        Dictionary<Value, WatchEvent> puts = [];
        string? twice = null;
        foreach (WatchEvent one in events.Where(static one => one.Type == WatchEventType.Put))
        {
            if (!puts.TryAdd(one.KeyValue.Value, one))
            {
                twice ??= $"{one.KeyValue.Value} was put at {puts[one.KeyValue.Value].Revision} and {one.Revision}.";
            }
        }

        string? lost = null;
        string? ghost = null;
        foreach (StoreCall call in recorded.Calls)
        {
            foreach (Value value in WrittenValues.Of(call))
            {
                bool isThere = puts.TryGetValue(value, out WatchEvent? put);
                if (WrittenValues.RevisionOf(call) is { } revision && (!isThere || put!.Revision != revision))
                {
                    lost ??= $"{call}{Environment.NewLine}but the history has {put}";
                }
                else if (call.Outcome == CallOutcome.Failed && isThere)
                {
                    ghost ??= $"{call}{Environment.NewLine}but the history has {put}";
                }
            }
        }

        checks.Note(round, "no acknowledged write is lost", lost);
        checks.Note(round, "no write that failed takes effect", ghost);
        checks.Note(round, "no write takes effect twice", twice);
    }
}
