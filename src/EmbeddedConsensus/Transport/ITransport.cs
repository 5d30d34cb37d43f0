using System.Diagnostics.CodeAnalysis;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Transport;

/// <summary>
/// Carries messages between the replicas of one cluster. An implementation passes the conformance suite
/// <c>TransportConformance</c> of EmbeddedConsensus.Testing.
/// </summary>
/// <remarks>A transport may drop, delay, duplicate and reorder messages; Raft tolerates all of it. It delivers only
/// messages of members of the same cluster that are addressed to this member, each whole and unchanged, and it bounds
/// every queue. Consensus believes what a member's messages say, so a transport that strangers can reach makes sure
/// that none of them sends in a member's name. <see cref="RaftMessageType.SnapshotChunk"/> and its reply travel on a
/// separate lane, so that a snapshot never delays a heartbeat.</remarks>
[Experimental("ECS0002")]
public interface ITransport : IAsyncDisposable
{
    /// <summary>The largest request and the largest reply, in bytes: 64 KiB, enough for a whole membership with its
    /// addresses.</summary>
    const int MaxRequestBytes = 64 << 10;

    /// <summary>The most incoming requests that a member handles at a time: 64. Further ones are rejected.</summary>
    const int MaxConcurrentRequests = 64;

    /// <summary>Starts to listen and to deliver messages.</summary>
    /// <param name="receiver">Called for each message.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="TransportException">The transport cannot start, for example because the address is in
    /// use.</exception>
    ValueTask StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken = default);

    /// <summary>Sets the addresses of the other members, replacing all earlier ones. Messages in flight to a removed
    /// member or a former address may be dropped.</summary>
    /// <param name="peers">All members but this one.</param>
    void SetPeers(IReadOnlyCollection<MemberEndpoint> peers);

    /// <summary>Queues a message for <see cref="RaftMessage.To"/>. Never blocks, and never throws because of a
    /// peer.</summary>
    /// <param name="message">The message.</param>
    /// <returns>False when the message was dropped: the peer is unknown, or its queue is full.</returns>
    bool TrySend(in RaftMessage message);

    /// <summary>Sends the messages queued since the last call. A replica calls it at the end of a turn, so that one
    /// write carries them all.</summary>
    void Flush();

    /// <summary>Sends a request to the member that listens at an address, which need not be a peer yet. For the few
    /// small requests outside consensus: joining, changing the membership, announcing a new address.</summary>
    /// <remarks>The other side must belong to a cluster of the same name. A request may be executed although its reply
    /// is lost, so requests must be idempotent. An implementation ends a request whose reply does not arrive for
    /// long.</remarks>
    /// <param name="address">The address, in the form of <see cref="MemberEndpoint.Address"/>.</param>
    /// <param name="request">The request, at most <see cref="MaxRequestBytes"/> bytes; owned by the
    /// transport until the task completes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The reply, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The request is too long.</exception>
    /// <exception cref="TransportException">There was no reply: no member listens there, it belongs to another cluster,
    /// it is busy, or it failed. The message says which, and <see cref="TransportException.IsUndelivered"/> whether
    /// the request can have been executed.</exception>
    ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        string address, ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default);

    /// <summary>Checks the length of a request, as every transport does before it sends one.</summary>
    /// <param name="length">The length, in bytes.</param>
    /// <exception cref="ArgumentException">It is longer than <see cref="MaxRequestBytes"/>.</exception>
    static void CheckRequest(int length)
    {
        if (length > MaxRequestBytes)
        {
            throw new ArgumentException(
                $"The request has {length} bytes; the limit is {MaxRequestBytes}.", nameof(length));
        }
    }
}
