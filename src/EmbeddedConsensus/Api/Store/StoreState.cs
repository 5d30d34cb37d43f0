namespace EmbeddedConsensus;

/// <summary>Where a replica is in its life.</summary>
public enum StoreState
{
    /// <summary>It reads its disk, or was not started.</summary>
    Starting = 0,

    /// <summary>It takes part.</summary>
    Running = 1,

    /// <summary>It drains and hands over.</summary>
    Stopping = 2,

    /// <summary>It has stopped.</summary>
    Stopped = 3,

    /// <summary>It no longer takes part because its storage or an invariant failed. Restart it.</summary>
    Faulted = 4,

    /// <summary>It no longer takes part because it does not belong to the cluster: it was removed, or the cluster
    /// refuses it. <see cref="StoreStatus.Fault"/> says which. The host process continues.</summary>
    Removed = 5,
}
