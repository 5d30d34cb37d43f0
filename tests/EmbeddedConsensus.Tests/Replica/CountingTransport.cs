using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>A transport that counts what it drops.</summary>
internal sealed class CountingTransport(ITransport inner) : DelegatingTransport(inner)
{
    private int _dropped;

    public int Dropped => Volatile.Read(ref _dropped);

    public override bool TrySend(in RaftMessage message)
    {
        bool isQueued = base.TrySend(message);
        if (!isQueued)
        {
            Interlocked.Increment(ref _dropped);
        }

        return isQueued;
    }
}
