using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// The whole-store check: revisions are unique, follow real time, are all explained, and every answer is what the
/// writes up to its revision make of the store.
/// </summary>
internal static class RevisionCheck
{
    private static readonly Dictionary<int, long> NothingPlaced = [];

    /// <summary>Checks a history.</summary>
    /// <param name="history">The history.</param>
    /// <param name="budget">How far to go.</param>
    /// <param name="violation">What is wrong.</param>
    /// <param name="changes">The changes that explain the history.</param>
    public static Verdict Run(
        CheckedHistory history, SearchBudget budget, out Violation? violation, out RevisionLog? changes)
    {
        changes = null;
        RealTimeSweep sweep = new(history);
        violation = FindDuplicate(history) ?? sweep.Pass(null, NothingPlaced) ?? FindUnexplained(history);
        if (violation is not null)
        {
            return Verdict.NotLinearizable;
        }

        CheckedCall?[] owners = new CheckedCall?[history.LastRevision - history.History.InitialRevision + 1];
        foreach (CheckedCall call in history.Calls.Where(call => call.Kind == CallKind.Write))
        {
            owners[call.Revision - history.History.InitialRevision] = call;
        }

        long[] gaps =
        [
            .. Enumerable.Range(1, owners.Length - 1)
                .Where(place => owners[place] is null)
                .Select(place => history.History.InitialRevision + place),
        ];
        GapEvidence evidence = GapEvidence.Of(history, gaps, sweep.NewestBefore);
        GapCandidates candidates = GapCandidates.Of(history, gaps, evidence, sweep.NewestBefore);
        if (candidates.Unexplained > 0)
        {
            violation = Unexplained(candidates.Unexplained, history, evidence);
            return Verdict.NotLinearizable;
        }

        RevisionReplay replay = new(history, owners, evidence, candidates, sweep, budget);
        Verdict verdict = replay.Run(out violation);
        changes = verdict == Verdict.Linearizable ? replay.ToLog() : null;
        return verdict;
    }

    /// <summary>The violation that no write can have made a revision.</summary>
    public static Violation Unexplained(long revision, CheckedHistory history, GapEvidence? evidence)
    {
        string seen = string.Join(", ", evidence?.FactsAt(revision).Select(fact =>
            fact.Item is null ? $"{history.Keys[fact.Key]} deleted" : CallText.Of(fact.Item)) ?? []);
        return new Violation(
            ViolationKind.UnexplainedRevision,
            $"No recorded call can have made revision {revision}: no answer claims it, and no write of unknown outcome "
                + $"that began in time fits{(seen.Length == 0 ? "." : $" what was seen of it: {seen}.")} Something "
                + "that failed took effect, or something was executed twice.")
        {
            Revision = revision,
            Calls = Around(history, revision),
        };
    }

    private static Violation? FindDuplicate(CheckedHistory history)
    {
        Dictionary<long, CheckedCall> owners = [];
        foreach (CheckedCall call in history.Calls.Where(call => call.Kind == CallKind.Write))
        {
            if (!owners.TryAdd(call.Revision, call))
            {
                return new Violation(
                    ViolationKind.DuplicateRevision, $"Two writes made revision {call.Revision}.")
                {
                    Revision = call.Revision,
                    Calls = [owners[call.Revision].Call, call.Call],
                };
            }
        }

        return null;
    }

    // Before anything is allocated by revision: a wild number in an answer must not become the length of an array.
    private static Violation? FindUnexplained(CheckedHistory history)
    {
        long[] claimed =
        [
            .. history.Calls.Where(call => call.Kind == CallKind.Write).Select(call => call.Revision).Order(),
        ];
        long free = history.Calls.LongCount(call => call.Kind == CallKind.UnknownWrite);
        long expected = history.History.InitialRevision + 1;
        foreach (long revision in claimed.Append(history.LastRevision + 1))
        {
            free -= revision - expected;
            if (free < 0)
            {
                return Unexplained(revision + free, history, null);
            }

            expected = revision + 1;
        }

        return null;
    }

    private static StoreCall[] Around(CheckedHistory history, long revision) =>
    [
        .. history.Calls
            .Where(call => call.Kind == CallKind.Write && Math.Abs(call.Revision - revision) == 1)
            .OrderBy(call => call.Revision)
            .Select(call => call.Call),
    ];
}
