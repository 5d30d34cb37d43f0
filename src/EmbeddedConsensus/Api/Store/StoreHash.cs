namespace EmbeddedConsensus;

/// <summary>A hash over a replica's data.</summary>
/// <param name="Hash">The hash.</param>
/// <param name="Revision">The revision up to which it was taken.</param>
/// <param name="CompactRevision">The revision below which history is forgotten. Hashes compare only between members
/// that are compacted alike.</param>
public readonly record struct StoreHash(uint Hash, long Revision, long CompactRevision);
