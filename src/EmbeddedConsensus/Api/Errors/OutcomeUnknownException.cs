namespace EmbeddedConsensus;

/// <summary>The call ended before its outcome was known: the write may have been executed, or may yet be, at most once.
/// Read to find out.</summary>
public sealed class OutcomeUnknownException : ConsensusStoreException
{
    /// <summary>The failure.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public OutcomeUnknownException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <inheritdoc />
    /// <remarks>Always true. <see cref="ConsensusStoreException.IsTransient"/> is false, since a repeated
    /// call may execute twice.</remarks>
    public override bool MayHaveExecuted => true;
}
