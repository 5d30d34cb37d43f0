namespace EmbeddedConsensus;

/// <summary>The outcome of a delete.</summary>
public readonly record struct DeleteResult
{
    internal DeleteResult(long revision, long deleted, IReadOnlyList<KeyValue> previous)
    {
        Revision = revision;
        Deleted = deleted;
        Previous = previous;
    }

    /// <summary>The store's revision after the delete; deleting nothing makes no new revision.</summary>
    public long Revision { get; init; }

    /// <summary>The number of keys deleted.</summary>
    public long Deleted { get; init; }

    /// <summary>What the deleted keys held, by key; empty unless <see cref="DeleteOptions.ReturnPrevious"/> was set.
    /// </summary>
    public IReadOnlyList<KeyValue> Previous { get => field ?? []; init; }
}
