namespace EmbeddedConsensus;

/// <summary>Reads keys. It sees what the operations before it in the transaction wrote.</summary>
/// <param name="Range">The keys.</param>
/// <param name="Options">How to read them. The consistency has no meaning inside a transaction.</param>
public sealed record RangeOperation(KeyRange Range, RangeOptions Options) : Operation;
