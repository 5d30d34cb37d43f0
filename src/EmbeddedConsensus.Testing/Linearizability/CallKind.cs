namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>What a call is to the check of revisions.</summary>
internal enum CallKind
{
    /// <summary>It changed something and made a revision that is known.</summary>
    Write = 0,

    /// <summary>It changed nothing and told the store's revision: a read, a delete that found nothing, a transaction
    /// that wrote nothing, a call that was refused because its revision lay in the future.</summary>
    Observation = 1,

    /// <summary>It read one key and did not tell the store's revision.</summary>
    Get = 2,

    /// <summary>It would change something, and it is unknown whether it did, and at which revision.</summary>
    UnknownWrite = 3,

    /// <summary>It told of a revision that the store had reached by its return, and not how far beyond it the store
    /// was: a compaction that succeeded, a call that was refused because of one.</summary>
    Reached = 4,
}
