using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Network;

/// <summary>
/// Carries the messages between the transports of an <see cref="InMemoryNetwork"/> in place of the network itself. With
/// a
/// wire everything runs on the thread that sends, and not on the thread pool.
/// </summary>
internal interface IInMemoryWire
{
    /// <summary>Carries a message: at once, later or never, by <see cref="InMemoryTransport.DeliverAsync"/>.</summary>
    /// <param name="sender">The transport that it comes from.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="message">The message.</param>
    /// <returns>Completes when the lane may go on with the next; false when the sender can tell that the receiver
    /// was not reached.</returns>
    ValueTask<bool> CarryAsync(InMemoryTransport sender, MemberEndpoint to, RaftMessage message);
}
