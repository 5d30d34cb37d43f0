namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>A section of a snapshot of the state. The values are part of the snapshot format: never renumber them. A
/// reader skips an unknown section unless it has the <see cref="Required"/> bit: then it refuses the
/// snapshot.</summary>
internal enum SectionTag : byte
{
    /// <summary>The end of the table.</summary>
    End = 0,

    /// <summary>What became of the latest proposals. A state without it is whole: callers learn less from it.</summary>
    ProposalOutcomes = 1,

    /// <summary>The bit of a section without which the state is not whole.</summary>
    Required = 0x80,

    /// <summary>Which proposals have been applied.</summary>
    ProposalSessions = Required | 1,

    /// <summary>The keys and their history.</summary>
    Store = Required | 2,

    /// <summary>The leases. Which keys are attached to them is in the keys.</summary>
    Leases = Required | 3,
}
