namespace EmbeddedConsensus;

/// <summary>What a put did.</summary>
/// <param name="Revision">The revision that the put made.</param>
/// <param name="Previous">What the key held before, if it was asked for and there was something.</param>
public readonly record struct PutResult(long Revision, KeyValue? Previous);
