namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>The role of a call in the check of revisions.</summary>
internal enum CallKind
{
    /// <summary>It changed something and produced a known revision.</summary>
    Write = 0,

    /// <summary>It changed nothing and stated the store's revision: a read, a delete that found nothing, a transaction
    /// that wrote nothing, a call refused because its revision was in the future.</summary>
    Observation = 1,

    /// <summary>It read one key and did not state the store's revision.</summary>
    Get = 2,

    /// <summary>It would change something, but whether it did, and at which revision, is unknown.</summary>
    UnknownWrite = 3,

    /// <summary>It stated a revision that the store had reached by its return, possibly exceeded: a compaction that
    /// succeeded, a call refused because of one.</summary>
    Reached = 4,
}
