namespace EmbeddedConsensus.Testing;

/// <summary>What a one-way link between two members does to the messages on it. By default it delivers each at once, in
/// order.</summary>
public sealed record LinkConditions
{
    /// <summary>How long a message is on its way, in virtual time. Not negative. Default: zero.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>How much longer it may be, drawn anew for each message: messages overtake each other. Not negative.
    /// Default: zero.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The probability, from 0 to 1, that a message is lost without a word. Default: 0.</summary>
    public double LossProbability { get; init; }

    /// <summary>The probability, from 0 to 1, that a message arrives twice. Default: 0.</summary>
    public double DuplicateProbability { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Latency, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Jitter, TimeSpan.Zero);
        CheckProbability(LossProbability, nameof(LossProbability));
        CheckProbability(DuplicateProbability, nameof(DuplicateProbability));
    }

    private static void CheckProbability(double value, string name)
    {
        if (value is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(name, value, "Use a probability from 0 to 1.");
        }
    }
}
