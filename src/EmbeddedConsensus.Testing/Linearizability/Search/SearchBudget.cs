using System.Diagnostics;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>The remaining budget of a check, shared by all its searches.</summary>
internal sealed class SearchBudget(SearchLimits limits)
{
    // Reading the clock costs more than a step of most searches.
    private const long StepsBetweenLooks = 64;

    private readonly long _startedAt = Stopwatch.GetTimestamp();

    /// <summary>The number of states visited.</summary>
    public long States { get; private set; }

    /// <summary>The exhausted limit; null while there is none.</summary>
    public string? Exhaustion { get; private set; }

    /// <summary>How long it has taken.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_startedAt);

    /// <summary>Charges for visiting a state.</summary>
    /// <returns>Whether the budget sufficed.</returns>
    public bool TryVisit()
    {
        if (Exhaustion is not null)
        {
            return false;
        }

        if (States >= limits.MaxStates)
        {
            Exhaustion = $"{States:N0} states were visited, the limit";
        }
        else if (States % StepsBetweenLooks == 0 && Elapsed > limits.MaxTime)
        {
            Exhaustion = $"{limits.MaxTime.TotalSeconds:N0} s passed, the limit";
        }
        else
        {
            States++;
        }

        return Exhaustion is null;
    }
}
