using EmbeddedConsensus.Chaos.Load;
using EmbeddedConsensus.Chaos.Nodes;
using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Linearizability;

namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>Checks what callers and watchers recorded in a round, after the round.</summary>
/// <param name="folders">Where the records are.</param>
/// <param name="members">Whose records to expect.</param>
/// <param name="checks">Where to note what was checked.</param>
/// <param name="round">The round.</param>
internal sealed class RoundCheck(
    ClusterFolders folders, IReadOnlyList<MemberId> members, CheckBook checks, int round)
{
    /// <summary>Checks the round.</summary>
    /// <param name="before">How the round before ended.</param>
    /// <param name="statistics">Counts the calls.</param>
    /// <returns>How this round ended.</returns>
    public RoundState Run(RoundState before, LoadStatistics statistics)
    {
        StoreHistory recorded = HistoryFile.ReadRound(folders.Histories, round);
        statistics.Add(recorded);
        StoreHistory history = recorded with
        {
            InitialRevision = before.Revision,
            InitialItems = before.Items,
            Calls = [.. before.Unsettled, .. recorded.Calls],
        };
        CheckResult result = LinearizabilityChecker.Check(history);
        statistics.Checked(result.Elapsed);
        checks.Note(round, "linearizability", result.Verdict == Verdict.Linearizable ? null : result.ToString());
        IReadOnlyList<WatchEvent> events = CompareEventLogs();
        CheckAcknowledged(recorded, events);
        return RoundState.After(recorded, events);
    }

    /// <summary>Compares what a watch of the whole round gives on every member.</summary>
    private List<WatchEvent> CompareEventLogs()
    {
        List<WatchEvent>? first = null;
        foreach (MemberId member in members)
        {
            List<WatchEvent> events = [.. HistoryFile.Read(
                    HistoryFile.EventsOf(folders.Histories, round, member.Value))
                .Watches.SelectMany(static watch => watch.Records).SelectMany(static record => record.Events)];
            first ??= events;
            int same = first.Zip(events).TakeWhile(static pair => pair.First == pair.Second).Count();
            checks.Note(
                round, "equal histories on every member",
                same == first.Count && same == events.Count
                    ? null
                    : $"Members {members[0]} and {member} differ at event {same} of {first.Count} and {events.Count}: "
                        + $"{first.ElementAtOrDefault(same)} and {events.ElementAtOrDefault(same)}");
        }

        return first ?? [];
    }

    /// <summary>Checks each write by itself against the round's history: what was acknowledged is there, where the
    /// answer said; what failed for certain is not.</summary>
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
