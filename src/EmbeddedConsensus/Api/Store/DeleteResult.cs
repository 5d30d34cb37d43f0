namespace EmbeddedConsensus;

/// <summary>What a delete did.</summary>
/// <param name="Revision">The store's revision behind the delete; deleting nothing makes no new revision.</param>
/// <param name="Deleted">The number of keys deleted.</param>
/// <param name="Previous">What they held, if it was asked for; otherwise empty.</param>
public readonly record struct DeleteResult(long Revision, long Deleted, IReadOnlyList<KeyValue> Previous);
