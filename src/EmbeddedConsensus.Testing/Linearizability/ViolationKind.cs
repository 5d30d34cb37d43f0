namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>The promise that a history breaks.</summary>
public enum ViolationKind
{
    /// <summary>Two writes produced the same revision.</summary>
    DuplicateRevision = 0,

    /// <summary>A call that started after the return of another shows an older revision, or a write no newer
    /// one.</summary>
    RealTimeOrder = 1,

    /// <summary>No recorded call can have produced a revision: a write that failed took effect, or one was executed
    /// twice.</summary>
    UnexplainedRevision = 2,

    /// <summary>A result is not what the writes before it, in the order of their revisions, produce.</summary>
    Answer = 3,

    /// <summary>The calls of one key have no order that explains their results.</summary>
    KeyOrder = 4,

    /// <summary>A serializable read shows an older state than its session had seen.</summary>
    SessionOrder = 5,

    /// <summary>A compacted revision was read, a revision that was never compacted was refused, or the compact revision
    /// did not rise.</summary>
    Compaction = 6,
}
