namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>What a check found.</summary>
public enum Verdict
{
    /// <summary>The check passed a bound before it knew. Neither a pass nor a failure: give it more time, more states,
    /// or a smaller history.</summary>
    Undecided = 0,

    /// <summary>There is an order of the calls that explains every answer and respects real time.</summary>
    Linearizable = 1,

    /// <summary>There is no such order.</summary>
    NotLinearizable = 2,
}
