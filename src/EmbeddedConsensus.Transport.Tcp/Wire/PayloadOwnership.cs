namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>Whom the memory belongs to that a message is read from.</summary>
internal enum PayloadOwnership
{
    /// <summary>It is reused after the call: payloads are copied out of it.</summary>
    Borrowed,

    /// <summary>It is the message's alone: payloads stay where they are, as slices of it.</summary>
    Owned,
}
