using System.Diagnostics;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>What is left of the limits of a check, shared by all its searches.</summary>
internal sealed class SearchBudget(SearchLimits limits)
{
    // Looking at the clock costs more than a step of most searches.
    private const long StepsBetweenLooks = 64;

    private readonly long _startedAt = Stopwatch.GetTimestamp();

    /// <summary>How many states were visited.</summary>
    public long States { get; private set; }

    /// <summary>Which limit was passed; null while none is.</summary>
    public string? Exhaustion { get; private set; }

    /// <summary>How long it has taken.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_startedAt);

    /// <summary>Pays for visiting a state.</summary>
    /// <returns>Whether there was something left to pay with.</returns>
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
