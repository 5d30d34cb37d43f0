namespace EmbeddedConsensus.Testing.Storage;

/// <summary>An implementation does not do what its interface promises.</summary>
public sealed class ConformanceException : Exception
{
    /// <summary>A broken promise.</summary>
    /// <param name="message">What was expected, and what came.</param>
    /// <param name="innerException">The cause.</param>
    public ConformanceException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
