namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>What happens at a moment of virtual time. The number goes into the trace hash.</summary>
internal enum EventKind : byte
{
    /// <summary>A replica's clock advances.</summary>
    Tick = 1,

    /// <summary>A replica turns its inputs into effects.</summary>
    Turn = 2,

    /// <summary>A message arrives.</summary>
    Message = 3,

    /// <summary>A flush of the log ends.</summary>
    Flush = 4,

    /// <summary>A read of the log or of a snapshot ends.</summary>
    Read = 5,

    /// <summary>Entries are applied or published.</summary>
    Apply = 6,

    /// <summary>A step of taking or receiving a snapshot ends.</summary>
    Snapshot = 7,

    /// <summary>A caller acts.</summary>
    Call = 8,

    /// <summary>A fault begins or ends.</summary>
    Fault = 9,

    /// <summary>A watcher reads.</summary>
    Watch = 10,

    /// <summary>A holder of a lease acts.</summary>
    Lease = 11,
}
