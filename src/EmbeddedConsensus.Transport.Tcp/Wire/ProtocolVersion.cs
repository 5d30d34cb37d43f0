namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>The versions of the wire protocol. Two members use the highest that both speak.</summary>
internal static class ProtocolVersion
{
    /// <summary>The lowest version that this build speaks.</summary>
    public const byte Min = 1;

    /// <summary>The highest version that this build speaks.</summary>
    public const byte Max = 1;

    /// <summary>The version for a connection with a peer that speaks a range of versions.</summary>
    /// <returns>False when the ranges do not meet.</returns>
    public static bool TryNegotiate(byte peerMin, byte peerMax, out byte version)
    {
        version = Math.Min(Max, peerMax);
        return peerMin <= peerMax && version >= Min && version >= peerMin;
    }
}
