namespace EmbeddedConsensus.Mutations.Catalogue;

/// <summary>A mutation cannot be read, applied or built; the message says which and why.</summary>
internal sealed class MutationException(string message) : Exception(message);
