namespace EmbeddedConsensus.Testing;

/// <summary>What a test has done with a member of a cluster.</summary>
public enum MemberState
{
    /// <summary>Its process runs. The replica in it may be faulted all the same: see
    /// <see cref="StoreStatus.State"/>.</summary>
    Running = 0,

    /// <summary>Its process stands still.</summary>
    Paused = 1,

    /// <summary>It was stopped in an orderly way.</summary>
    Stopped = 2,

    /// <summary>It has crashed.</summary>
    Crashed = 3,
}
