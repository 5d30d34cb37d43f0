namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>
/// What has been acknowledged, in real time. A linearizable call must see everything acknowledged before it began;
/// since all calls go through one log, comparing positions in that log decides it.
/// </summary>
internal sealed class RealTimeOrder
{
    /// <summary>The highest index whose effect a caller has seen.</summary>
    public ulong SeenIndex { get; private set; }

    /// <summary>The highest revision returned to a caller.</summary>
    public long SeenRevision { get; private set; } = 1;

    /// <summary>A caller received a result that shows the state after an index.</summary>
    public void Acknowledged(ulong index, long revision)
    {
        SeenIndex = Math.Max(SeenIndex, index);
        SeenRevision = Math.Max(SeenRevision, revision);
    }

    /// <summary>Checks a linearizable result.</summary>
    /// <param name="what">The call.</param>
    /// <param name="index">The index whose state the result shows.</param>
    /// <param name="seenBefore">The highest index seen when the call began.</param>
    public static void Check(string what, ulong index, ulong seenBefore)
    {
        if (index < seenBefore)
        {
            throw new SimulationFailedException("Linearizability",
                $"{what} shows the state after entry {index}; entry {seenBefore} was acknowledged before it began.");
        }
    }
}
