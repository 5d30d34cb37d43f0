namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>Which promise a history breaks.</summary>
public enum ViolationKind
{
    /// <summary>Two writes made the same revision.</summary>
    DuplicateRevision = 0,

    /// <summary>A call that began after the answer of another shows an older revision, or a write not a newer
    /// one.</summary>
    RealTimeOrder = 1,

    /// <summary>There is a revision that no recorded call can have made: a write that failed took effect all the same,
    /// or one was executed twice.</summary>
    UnexplainedRevision = 2,

    /// <summary>An answer is not what the writes before it, in the order of their revisions, make of the
    /// store.</summary>
    Answer = 3,

    /// <summary>The calls of one key cannot be put in any order that explains their answers.</summary>
    KeyOrder = 4,

    /// <summary>A serializable read shows an older state than its session had seen.</summary>
    SessionOrder = 5,

    /// <summary>A compacted revision was read, a revision that was never compacted was refused, or a compaction did not
    /// go
    /// forward.</summary>
    Compaction = 6,
}
