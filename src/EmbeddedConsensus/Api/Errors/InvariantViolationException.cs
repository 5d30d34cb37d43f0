namespace EmbeddedConsensus;

/// <summary>Something that must always hold did not: a defect of the library, or damage that no checksum caught. The
/// replica stops taking part rather than risk the data; restart it, and report the message. A write that fails with it
/// was malformed when it left this member, and was dropped by all members; the replica is unharmed.</summary>
public sealed class InvariantViolationException : ConsensusStoreException
{
    /// <summary>A broken invariant.</summary>
    /// <param name="message">Which invariant, with the values that break it.</param>
    public InvariantViolationException(string message) : base(message)
    {
    }

    /// <summary>Whether what was read is malformed in every release, rather than written by a newer one.</summary>
    internal bool IsMalformed { get; init; }
}
