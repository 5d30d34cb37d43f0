using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Network;

/// <summary>
/// What lies between the transports of an <see cref="InMemoryNetwork"/>, for tests that want a say in it. With a wire
/// everything travels on the thread that sends it, and not on the thread pool.
/// </summary>
internal interface IInMemoryWire
{
    /// <summary>Delivers a message at once, later or never, with
    /// <see cref="InMemoryTransport.DeliverAsync"/>.</summary>
    /// <param name="sender">The sending transport.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="message">The message.</param>
    /// <returns>Completes when the lane may proceed with the next message; false when the sender can detect that no
    /// member was reached.</returns>
    ValueTask<bool> CarryAsync(InMemoryTransport sender, MemberEndpoint to, RaftMessage message);
}
