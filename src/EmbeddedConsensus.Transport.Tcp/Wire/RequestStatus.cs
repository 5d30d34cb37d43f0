namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>What the first byte of an answer to a request says. The values go over the wire: never renumber
/// them.</summary>
internal enum RequestStatus : byte
{
    /// <summary>The answer follows.</summary>
    Answered = 0,

    /// <summary>The receiver failed; a text follows, in UTF-8.</summary>
    Failed = 1,

    /// <summary>The receiver works on as many requests as it may.</summary>
    Busy = 2,
}
