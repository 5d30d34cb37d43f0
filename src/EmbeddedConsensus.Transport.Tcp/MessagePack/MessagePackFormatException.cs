using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.MessagePack;

/// <summary>Bytes are not the MessagePack value that was asked for.</summary>
internal sealed class MessagePackFormatException(string message) : ProtocolException(message);
