namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>What an acceptor answers.</summary>
/// <param name="Status">Yes, or why not.</param>
/// <param name="Version">The protocol version of all that follows; zero with a refusal.</param>
/// <param name="MinVersion">The lowest version that the acceptor speaks.</param>
/// <param name="MaxVersion">The highest.</param>
/// <param name="ClusterId">The acceptor's cluster.</param>
/// <param name="Member">The acceptor.</param>
internal readonly record struct HandshakeResponse(
    HandshakeStatus Status, byte Version, byte MinVersion, byte MaxVersion, ulong ClusterId, MemberId Member);
