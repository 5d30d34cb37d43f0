namespace EmbeddedConsensus;

/// <summary>Deletes keys.</summary>
/// <param name="Range">The keys.</param>
/// <param name="ReturnPrevious">Whether to return what they held.</param>
public sealed record DeleteOperation(KeyRange Range, bool ReturnPrevious) : Operation;
