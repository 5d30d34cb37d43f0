using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>Checks a recorded history: is there an order of all calls, consistent with real time, in which a store that
/// executes one call at a time returns the same results?</summary>
/// <example><code>
/// CheckResult result = LinearizabilityChecker.Check(recorder.ToHistory());
/// Assert.True(result.Verdict == Verdict.Linearizable, result.ToString());
/// </code></example>
public static class LinearizabilityChecker
{
    // The share of the budget for single keys: one part in this many.
    private const int KeysPart = 4;

    /// <summary>Checks a history.</summary>
    /// <param name="history">The history: all writes to its store, and any reads.</param>
    /// <param name="options">How to check it.</param>
    /// <exception cref="ArgumentException">A call cannot come from a recorder: it ended before it started, or succeeded
    /// with the result of another operation.</exception>
    public static CheckResult Check(StoreHistory history, CheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        SearchLimits limits = (options ?? new CheckOptions()).Limits;
        SearchBudget budget = new(limits);
        CheckedHistory sorted = CheckedHistory.Of(history);
        RevisionLog? changes = null;
        // Keys before the whole store, on a part of the budget: they can only convict, but name fewer calls.
        Violation? violation = CompactionCheck.Find(history)
            ?? KeyPartition.Check(sorted, new SearchBudget(limits.Part(KeysPart)));
        Verdict verdict = violation is null
            ? RevisionCheck.Run(sorted, budget, out violation, out changes)
            : Verdict.NotLinearizable;
        return new CheckResult(verdict)
        {
            Violation = violation,
            UndecidedBecause = verdict == Verdict.Undecided ? budget.Exhaustion : null,
            Changes = changes,
            Calls = history.Calls.Count,
            StatesVisited = budget.States,
            Elapsed = budget.Elapsed,
        };
    }
}
