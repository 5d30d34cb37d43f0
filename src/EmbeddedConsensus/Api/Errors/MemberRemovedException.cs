namespace EmbeddedConsensus;

/// <summary>This member was removed from its cluster. It serves nothing any more, and nothing was executed by this
/// call. To bring the process back, give it an empty disk and a new member id, and let it join.</summary>
public sealed class MemberRemovedException : ConsensusStoreException
{
    /// <summary>The failure.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public MemberRemovedException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
