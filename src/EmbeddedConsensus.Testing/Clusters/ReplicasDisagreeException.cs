namespace EmbeddedConsensus.Testing;

/// <summary>Two replicas hold different data at the same revision.</summary>
/// <param name="message">Which, and what they hold.</param>
/// <param name="innerException">The cause.</param>
public sealed class ReplicasDisagreeException(string message, Exception? innerException = null)
    : Exception(message, innerException);
