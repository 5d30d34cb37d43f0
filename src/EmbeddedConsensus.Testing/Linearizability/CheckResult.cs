using System.Globalization;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>The result of checking a history.</summary>
/// <param name="Verdict">Whether it is linearizable. <see cref="Verdict.Undecided"/> is neither yes nor no.</param>
public sealed record CheckResult(Verdict Verdict)
{
    /// <summary>The violation, if it is not linearizable.</summary>
    public Violation? Violation { get; init; }

    /// <summary>The exceeded limit, if it is undecided.</summary>
    public string? UndecidedBecause { get; init; }

    /// <summary>The changes that explain the history, if it is linearizable.</summary>
    public RevisionLog? Changes { get; init; }

    /// <summary>The number of calls checked.</summary>
    public int Calls { get; init; }

    /// <summary>The number of states that the searches visited.</summary>
    public long StatesVisited { get; init; }

    /// <summary>The duration of the check.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The verdict with its reason.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Verdict}: {Calls} calls, {StatesVisited} states, {Elapsed.TotalSeconds:F1} s. "
            + $"{UndecidedBecause}{Violation}");
}
