namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>
/// What has been acknowledged, in real time. A linearizable call must see everything that was acknowledged before it
/// began; since all calls go through one log, comparing positions in that log decides it.
/// </summary>
internal sealed class RealTimeOrder
{
    /// <summary>The highest index of the log whose effect some caller has seen.</summary>
    public ulong SeenIndex { get; private set; }

    /// <summary>The highest revision that some caller has heard of.</summary>
    public long SeenRevision { get; private set; } = 1;

    /// <summary>A caller got an answer that shows the state behind an index.</summary>
    public void Acknowledged(ulong index, long revision)
    {
        SeenIndex = Math.Max(SeenIndex, index);
        SeenRevision = Math.Max(SeenRevision, revision);
    }

    /// <summary>Checks a linearizable answer.</summary>
    /// <param name="what">The call.</param>
    /// <param name="index">The index that the answer shows the state of.</param>
    /// <param name="seenBefore">What had been seen when the call began.</param>
    public static void Check(string what, ulong index, ulong seenBefore)
    {
        if (index < seenBefore)
        {
            throw new SimulationFailedException("Linearizability",
                $"{what} shows the state behind entry {index}; entry {seenBefore} was acknowledged before it began.");
        }
    }
}
