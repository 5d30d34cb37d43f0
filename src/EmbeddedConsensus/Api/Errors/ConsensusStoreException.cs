namespace EmbeddedConsensus;

/// <summary>The base of the exceptions that a store throws about its own condition.</summary>
/// <remarks>
/// <para>A caller that repeats calls needs two facts. <see cref="IsTransient"/> says that repeating the call is
/// worthwhile and harmless. <see cref="MayHaveExecuted"/> says that the write may have taken effect, so that only an
/// idempotent write may be repeated unseen.</para>
/// <para>Two failures of a call derive from other classes of .NET: a request that no store could execute is an
/// <see cref="InvalidRequestException"/>, which is an <see cref="ArgumentException"/>, and a cancelled write a
/// <see cref="WriteCanceledException"/>, which is an <see cref="OperationCanceledException"/>.</para>
/// </remarks>
public class ConsensusStoreException : Exception
{
    /// <summary>Creates a failure.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public ConsensusStoreException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <summary>Whether the same call may succeed later without a repair, and repeating it does no harm: it was not
    /// executed. False unless a derived type says otherwise.</summary>
    public virtual bool IsTransient => false;

    /// <summary>Whether the call's change may have been executed, or may yet be, at most once. False unless a derived
    /// type says otherwise: then the call changed nothing and never will.</summary>
    public virtual bool MayHaveExecuted => false;
}
