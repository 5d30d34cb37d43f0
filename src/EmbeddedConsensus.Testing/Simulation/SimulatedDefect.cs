namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>A mistake that the simulated driver makes on purpose, so that tests can show that the checks find
/// it.</summary>
internal enum SimulatedDefect
{
    /// <summary>No mistake.</summary>
    None,

    /// <summary>Appends count as durable when they are issued (scenarios 2 and 3).</summary>
    AcknowledgeBeforeDurable,

    /// <summary>The vote is lost in a crash (scenario 1).</summary>
    ForgetVote,

    /// <summary>Now and then an entry is not applied (scenario 13).</summary>
    SkipEntry,

    /// <summary>Linearizable reads are served from what is there (scenario 6).</summary>
    ReadWithoutReadIndex,

    /// <summary>Snapshots do not carry the table of applied proposals (scenarios 14 and 33).</summary>
    LoseSessionsInSnapshot,

    /// <summary>A flush is lost in a crash although it ended (scenario 2).</summary>
    LoseFlushedWrites,

    /// <summary>A watcher misses an event now and then (scenario 48).</summary>
    DropWatchEvent,

    /// <summary>A flush that fails counts as done, as after an fsync that is tried again (scenario 38).</summary>
    IgnoreFailedFlush,

    /// <summary>No checksum is looked at (scenarios 37 and 39).</summary>
    TrustDamage,

    /// <summary>Leader leases are timed by clocks that run at a tenth of the right rate (scenario 9).</summary>
    SlowLeaseClock,
}
