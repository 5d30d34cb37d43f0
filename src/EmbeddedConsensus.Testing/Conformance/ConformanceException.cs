namespace EmbeddedConsensus.Testing;

/// <summary>An implementation does not keep the contract that a conformance check is about.</summary>
/// <param name="message">What was expected, and what happened.</param>
/// <param name="innerException">The cause.</param>
public sealed class ConformanceException(string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Fails the check unless a condition holds.</summary>
    internal static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new ConformanceException(otherwise);
        }
    }
}
