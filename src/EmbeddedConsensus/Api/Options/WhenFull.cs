namespace EmbeddedConsensus;

/// <summary>What becomes of a call while as many are pending as
/// <see cref="ConsensusStoreOptions.MaxPendingRequests"/> allows.</summary>
public enum WhenFull
{
    /// <summary>It fails at once with <see cref="TooManyRequestsException"/>: nothing was executed.</summary>
    Fail = 0,

    /// <summary>It waits for a pending call to end, for at most
    /// <see cref="ConsensusStoreOptions.RequestTimeout"/>.</summary>
    Wait = 1,
}
