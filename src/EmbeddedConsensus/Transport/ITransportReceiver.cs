using System.Diagnostics.CodeAnalysis;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Transport;

/// <summary>Receives the messages that a transport delivers. Its methods return quickly, never throw, and may be called
/// from several threads.</summary>
[Experimental("ECS0002")]
public interface ITransportReceiver
{
    /// <summary>A message has arrived.</summary>
    /// <param name="message">The message; its payloads belong to the receiver.</param>
    /// <returns>Completes when the receiver has room for more; until then the transport reads nothing further from that
    /// peer's lane.</returns>
    ValueTask ReceiveAsync(RaftMessage message);

    /// <summary>A snapshot chunk or a message could not be delivered: the connection to a peer was lost.</summary>
    /// <param name="peer">The peer.</param>
    void PeerUnreachable(MemberId peer);

    /// <summary>Another member, or a process that wants to become one, sends a request
    /// (<see cref="ITransport.RequestAsync"/>). Unlike the other methods it may take a while, and may throw: the sender
    /// receives the exception's message. At most <see cref="ITransport.MaxConcurrentRequests"/> calls run at a
    /// time.</summary>
    /// <param name="request">The request, owned by the receiver.</param>
    /// <param name="cancellationToken">Cancelled when the sender is gone or the transport stops.</param>
    /// <returns>The reply, at most <see cref="ITransport.MaxRequestBytes"/> bytes.</returns>
    ValueTask<ReadOnlyMemory<byte>> HandleRequestAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellationToken);
}
