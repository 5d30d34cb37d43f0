using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>Distinguishes the connections that a peer opens from those that a stranger opens in the peer's name. Safe
/// for several threads.</summary>
/// <remarks>
/// <para>Before there are certificates, what makes a process a member is that it listens where the membership says that
/// the member is. So what arrives in answer to a dial to that address is the member's, and every answer to a handshake
/// carries the fingerprint of the secret that the answering process will show when it dials in the other direction. A
/// connection in the other direction is believed if its secret has that fingerprint.</para>
/// <para>A stranger cannot take a secret from a fingerprint, and learns no secret, since a member shows it at the
/// peer's address alone. What a stranger claims is compared with something that is already here, so a flood of claims
/// keeps no member waiting, and nothing is remembered of them.</para>
/// </remarks>
internal sealed class PeerIdentity
{
    private volatile StrongBox<UInt128>? _fingerprint;

    /// <summary>Takes what the process at the peer's address answered. It replaces what an earlier process there
    /// said.</summary>
    /// <param name="fingerprint">The fingerprint.</param>
    public void Learn(UInt128 fingerprint)
    {
        if (_fingerprint?.Value != fingerprint)
        {
            _fingerprint = new StrongBox<UInt128>(fingerprint);
        }
    }

    /// <summary>Whether a dialer is the process that listens at the peer's address.</summary>
    /// <param name="secret">The secret that it shows.</param>
    public bool IsProvenBy(PeerSecret secret) => _fingerprint is { } known && known.Value == secret.Fingerprint;
}
