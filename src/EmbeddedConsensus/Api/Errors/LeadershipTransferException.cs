namespace EmbeddedConsensus;

/// <summary>Leadership was not handed over.</summary>
public sealed class LeadershipTransferException : ConsensusStoreException
{
    /// <summary>The failure.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public LeadershipTransferException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <inheritdoc />
    /// <remarks>Always true: the target may be up and caught up soon.</remarks>
    public override bool IsTransient => true;
}
