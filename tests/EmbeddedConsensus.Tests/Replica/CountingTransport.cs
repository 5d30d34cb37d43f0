using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>A transport that counts what it drops.</summary>
internal sealed class CountingTransport(ITransport inner) : ITransport
{
    private int _dropped;

    public int Dropped => Volatile.Read(ref _dropped);

    public ValueTask StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken = default) =>
        inner.StartAsync(receiver, cancellationToken);

    public void SetPeers(IReadOnlyCollection<Peer> peers) => inner.SetPeers(peers);

    public bool TrySend(in RaftMessage message)
    {
        bool isQueued = inner.TrySend(message);
        if (!isQueued)
        {
            Interlocked.Increment(ref _dropped);
        }

        return isQueued;
    }

    public void Flush() => inner.Flush();

    public ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        string address, ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default) =>
        inner.RequestAsync(address, request, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
