using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Transport;

/// <summary>
/// Carries messages between the replicas of one cluster. An implementation passes the conformance suite
/// <c>TransportConformance</c> of EmbeddedConsensus.Testing.
/// </summary>
/// <remarks>A transport may drop, delay, repeat and reorder messages; Raft survives all of it. It delivers only
/// messages of members of the same cluster that are meant for this member, each whole and unchanged, and it bounds
/// every queue. <see cref="RaftMessageType.SnapshotChunk"/> and its answer travel on a lane of their own, so that a
/// snapshot never delays a heartbeat.</remarks>
public interface ITransport : IAsyncDisposable
{
    /// <summary>Starts to listen, and to deliver what arrives.</summary>
    /// <param name="receiver">Called for each message.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="TransportException">The transport cannot start: the address is taken, for example.</exception>
    ValueTask StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken = default);

    /// <summary>Says where the other members are. Replaces what was said before: what is on its way to a member that
    /// was taken out, or to an address that a member had, may be dropped.</summary>
    /// <param name="peers">All members but this one.</param>
    void SetPeers(IReadOnlyCollection<MemberEndpoint> peers);

    /// <summary>Queues a message for <see cref="RaftMessage.To"/>. Never blocks and never throws for a peer's
    /// sake.</summary>
    /// <param name="message">The message.</param>
    /// <returns>False when it was dropped at once: the peer is unknown, or its queue is full.</returns>
    bool TrySend(in RaftMessage message);

    /// <summary>Sends on what was queued since the last call. A replica calls it when it has queued all that it has
    /// to say, so that one write carries it.</summary>
    void Flush();

    /// <summary>Asks the member that listens at an address, whichever that is: it need not be a peer yet. For the few
    /// small requests that are no consensus: to join, to change the membership, to tell a new address.</summary>
    /// <remarks>The other side must belong to a cluster of the same name. A request may be carried out although its
    /// answer is lost, so it is one that may be asked again. An implementation ends a request by itself when the other
    /// side stays silent for long.</remarks>
    /// <param name="address">The address, in the form of <see cref="MemberEndpoint.Address"/>.</param>
    /// <param name="request">The request, at most <see cref="TransportLimits.MaxRequestBytes"/> long; the transport's
    /// until the task completes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer; the caller's to keep.</returns>
    /// <exception cref="ArgumentException">The request is too long.</exception>
    /// <exception cref="TransportException">There was no answer: nobody is there, it is another cluster's member, it is
    /// busy, or it failed. The message says which, and <see cref="TransportException.IsUndelivered"/> whether the
    /// request can have been carried out.</exception>
    ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        string address, ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default);
}
