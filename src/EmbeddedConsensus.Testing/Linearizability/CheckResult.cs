using System.Globalization;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>What checking a history found.</summary>
/// <param name="Verdict">Whether it is linearizable. <see cref="Verdict.Undecided"/> is neither yes nor no.</param>
public sealed record CheckResult(Verdict Verdict)
{
    /// <summary>Why it is not, when it is not.</summary>
    public Violation? Violation { get; init; }

    /// <summary>Which limit was passed, when it is undecided.</summary>
    public string? UndecidedBecause { get; init; }

    /// <summary>The changes that explain the history, when it is linearizable.</summary>
    public RevisionLog? Changes { get; init; }

    /// <summary>How many calls were looked at.</summary>
    public int Calls { get; init; }

    /// <summary>How many states the searches visited.</summary>
    public long StatesVisited { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The verdict with its reason.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Verdict}: {Calls} calls, {StatesVisited} states, {Elapsed.TotalSeconds:F1} s. "
            + $"{UndecidedBecause}{Violation}");
}
