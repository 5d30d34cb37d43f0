namespace EmbeddedConsensus;

/// <summary>Puts a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Its new value.</param>
/// <param name="ReturnPrevious">Whether to return what the key held before.</param>
public sealed record PutOperation(Key Key, Value Value, bool ReturnPrevious) : Operation;
