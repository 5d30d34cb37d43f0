namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>A member's process has ended or does not reply.</summary>
/// <param name="message">What happened.</param>
/// <param name="innerException">The cause.</param>
internal sealed class NodeUnavailableException(string message, Exception? innerException = null)
    : Exception(message, innerException);
