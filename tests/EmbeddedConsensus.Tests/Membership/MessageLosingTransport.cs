using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Tests.Replica;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Tests.Membership;

/// <summary>A transport whose messages get lost, and whose requests arrive.</summary>
internal sealed class MessageLosingTransport(ITransport inner) : DelegatingTransport(inner)
{
    public override bool TrySend(in RaftMessage message) => true;
}
