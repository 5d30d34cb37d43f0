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

    /// <summary>Another member, or one that would like to be one, asks something
    /// (<see cref="ITransport.RequestAsync"/>). Unlike the other methods it may take a while, and may throw: the asker
    /// is told the message. At most <see cref="TransportLimits.MaxConcurrentRequests"/> calls are under way at a time.
    /// </summary>
    /// <param name="request">The request; the receiver's to keep.</param>
    /// <param name="cancellationToken">Cancelled when the asker is gone or the transport stops.</param>
    /// <returns>The answer, at most <see cref="TransportLimits.MaxRequestBytes"/> long.</returns>
    ValueTask<ReadOnlyMemory<byte>> HandleRequestAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellationToken);
}
