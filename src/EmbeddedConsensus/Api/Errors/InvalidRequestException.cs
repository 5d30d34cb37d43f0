namespace EmbeddedConsensus;

/// <summary>A request that no store could execute. Nothing was done.</summary>
public sealed class InvalidRequestException : ConsensusStoreException
{
    /// <summary>A bad request.</summary>
    /// <param name="argument">The argument or option at fault.</param>
    /// <param name="message">What is wrong with it, and what to do.</param>
    public InvalidRequestException(string argument, string message) : base(message) => Argument = argument;

    /// <summary>The argument or option at fault.</summary>
    public string Argument { get; }
}
