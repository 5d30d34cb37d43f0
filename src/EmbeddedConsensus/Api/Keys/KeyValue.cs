namespace EmbeddedConsensus;

/// <summary>A key with its value, as of some revision. The bytes are the receiver's own.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; empty in a range that asked for keys only.</param>
/// <param name="CreateRevision">The revision at which the key came into being, since it was last deleted.</param>
/// <param name="ModRevision">The revision of the last change.</param>
/// <param name="Version">The number of changes since the key came into being; 1 for a new key.</param>
public sealed record KeyValue(Key Key, Value Value, long CreateRevision, long ModRevision, long Version);
