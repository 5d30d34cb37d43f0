namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>What an acceptor answers.</summary>
/// <param name="Status">Yes, or why not.</param>
/// <param name="Version">The protocol version of all that follows; zero with a refusal.</param>
/// <param name="MinVersion">The lowest version that the acceptor speaks.</param>
/// <param name="MaxVersion">The highest.</param>
/// <param name="ClusterId">The acceptor's cluster; zero for a dialer of another one.</param>
/// <param name="Member">The acceptor.</param>
/// <param name="Fingerprint">The fingerprint of the secret that the acceptor shows when it dials the member that the
/// dialer claims to be.</param>
/// <param name="KnownAddress">With <see cref="HandshakeStatus.Unproven"/>: the address at which the acceptor looks for
/// that member; empty when it has none.</param>
internal readonly record struct HandshakeResponse(
    HandshakeStatus Status,
    byte Version,
    byte MinVersion,
    byte MaxVersion,
    ulong ClusterId,
    MemberId Member,
    UInt128 Fingerprint,
    string KnownAddress);
