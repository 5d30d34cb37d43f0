using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Transport;

/// <summary>Takes what a transport delivers. Its methods return quickly, never throw, and may be called from several
/// threads.</summary>
public interface ITransportReceiver
{
    /// <summary>A message has arrived.</summary>
    /// <param name="message">The message; its payloads are the receiver's to keep.</param>
    /// <returns>Completes when the receiver has room for more: the transport reads nothing further from that peer's
    /// lane before.</returns>
    ValueTask ReceiveAsync(RaftMessage message);

    /// <summary>A snapshot chunk or a message could not be delivered: the connection to a peer was lost.</summary>
    /// <param name="peer">The peer.</param>
    void PeerUnreachable(MemberId peer);
}
