namespace EmbeddedConsensus;

/// <summary>The replica no longer takes part because its storage failed or an invariant was broken; the inner exception
/// is the cause. Nothing was executed by this call. Restart the replica.</summary>
public sealed class ReplicaFaultedException : ConsensusStoreException
{
    /// <summary>The failure.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public ReplicaFaultedException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
