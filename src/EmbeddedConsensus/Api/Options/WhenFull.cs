namespace EmbeddedConsensus;

/// <summary>What a call does when as many of its kind are pending as
/// <see cref="ConsensusStoreOptions.MaxPendingRequests"/> allows, or when the pending writes hold 160 MiB.</summary>
public enum WhenFull
{
    /// <summary>It fails at once with <see cref="TooManyRequestsException"/>: the caller knows that it asks for more
    /// than the cluster does, and its calls never wait where it cannot see them.</summary>
    Fail = 0,

    /// <summary>It waits until there is room, first come, first served, and fails with
    /// <see cref="TooManyRequestsException"/> only when <see cref="ConsensusStoreOptions.MaxWaitingRequests"/> of its
    /// kind wait. The request timeout counts from the call. A call that ends while it waits was not executed and never
    /// will be.</summary>
    Wait = 1,
}
