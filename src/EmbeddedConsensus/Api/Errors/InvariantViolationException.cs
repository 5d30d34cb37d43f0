namespace EmbeddedConsensus;

/// <summary>Something that must always hold did not: a defect of the library, or damage that no checksum caught. The
/// replica stops taking part rather than risk the data; restart it, and report the message.</summary>
public sealed class InvariantViolationException : ConsensusStoreException
{
    /// <summary>A broken invariant.</summary>
    /// <param name="message">Which invariant, with the values that break it.</param>
    public InvariantViolationException(string message) : base(message)
    {
    }
}
