namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>The verdict of a check.</summary>
public enum Verdict
{
    /// <summary>The check exceeded a limit before it was decided. Neither a pass nor a failure: allow more time or
    /// states, or check a smaller history.</summary>
    Undecided = 0,

    /// <summary>There is an order of the calls that explains every result and respects real time.</summary>
    Linearizable = 1,

    /// <summary>There is no such order.</summary>
    NotLinearizable = 2,
}
