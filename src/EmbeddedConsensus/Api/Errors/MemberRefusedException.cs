namespace EmbeddedConsensus;

/// <summary>The cluster does not accept this member: its id is used, its disk was lost or belongs to another cluster,
/// or it runs under the name of another. It serves nothing, and nothing was executed by this call; the message says
/// what to do.</summary>
public sealed class MemberRefusedException : ConsensusStoreException
{
    /// <summary>The failure.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public MemberRefusedException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
