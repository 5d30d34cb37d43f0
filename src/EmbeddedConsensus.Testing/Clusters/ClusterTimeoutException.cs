namespace EmbeddedConsensus.Testing;

/// <summary>What a test waited for has not come about. The message names it, the limit, and how the cluster
/// stood.</summary>
/// <param name="message">What was waited for, for how long, and how the cluster stood.</param>
/// <param name="innerException">The cause.</param>
public sealed class ClusterTimeoutException(string message, Exception? innerException = null)
    : TimeoutException(message, innerException);
