using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Network;

/// <summary>
/// What lies between the transports of an <see cref="InMemoryNetwork"/>, for tests that want a say in it. With a wire
/// everything travels on the thread that sends it, and not on the thread pool.
/// </summary>
internal interface IInMemoryWire
{
    /// <summary>Carries a message: at once, later or never, by <see cref="InMemoryTransport.DeliverAsync"/>.</summary>
    /// <param name="sender">The transport that it comes from.</param>
    /// <param name="to">Whom it is for.</param>
    /// <param name="message">The message.</param>
    /// <returns>Completes when the lane may go on with the next; false when the sender can tell that nobody was
    /// reached.</returns>
    ValueTask<bool> CarryAsync(InMemoryTransport sender, MemberEndpoint to, RaftMessage message);
}
