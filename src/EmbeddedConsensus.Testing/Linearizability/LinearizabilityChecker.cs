using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>Checks what callers of a store recorded: is there an order of all calls, in agreement with real time, in
/// which a store that does one thing at a time gives the same answers?</summary>
/// <example><code>
/// CheckResult result = LinearizabilityChecker.Check(recorder.ToHistory());
/// Assert.True(result.Verdict == Verdict.Linearizable, result.ToString());
/// </code></example>
public static class LinearizabilityChecker
{
    // One part in so many of the budget is for the keys.
    private const int KeysPart = 4;

    /// <summary>Checks a history.</summary>
    /// <param name="history">The history: all writes that its store was given, and any reads.</param>
    /// <param name="options">How to check it.</param>
    /// <exception cref="ArgumentException">A call cannot come from a recorder: it ended before it began, or succeeded
    /// with the result of another operation.</exception>
    public static CheckResult Check(StoreHistory history, CheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        SearchLimits limits = (options ?? new CheckOptions()).Limits;
        SearchBudget budget = new(limits);
        CheckedHistory sorted = CheckedHistory.Of(history);
        RevisionLog? changes = null;
        // The keys before the whole, and on a part of the budget: they can only convict, but name fewer calls.
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
