namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>The bytes are not the MessagePack value that the protocol expects at this place.</summary>
internal sealed class MessagePackFormatException : ProtocolException
{
    /// <summary>Creates the error with a message.</summary>
    public MessagePackFormatException(string message) : base(message)
    {
    }

    /// <summary>Creates the error for one that the MessagePack reader threw.</summary>
    public MessagePackFormatException(Exception inner)
        : base($"The message is not valid MessagePack of this protocol: {inner.Message}", inner)
    {
    }
}
