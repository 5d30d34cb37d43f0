namespace EmbeddedConsensus;

/// <summary>A request that no store could execute, such as an empty key or a transaction above the size limit. Nothing
/// was executed, and repeating it will not help.</summary>
/// <remarks><see cref="ArgumentException.ParamName"/> names the argument, or the option of the call, at
/// fault.</remarks>
public sealed class InvalidRequestException : ArgumentException
{
    /// <summary>Creates a refusal.</summary>
    /// <param name="argument">The argument or option at fault.</param>
    /// <param name="message">What is wrong with it, and what to do.</param>
    public InvalidRequestException(string argument, string message) : base(message, argument)
    {
    }
}
