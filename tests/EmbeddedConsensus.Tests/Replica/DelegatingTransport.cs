using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>A transport that hands everything to another.</summary>
internal abstract class DelegatingTransport(ITransport inner) : ITransport
{
    public ValueTask StartAsync(ITransportReceiver receiver, CancellationToken cancellationToken = default) =>
        inner.StartAsync(receiver, cancellationToken);

    public void SetPeers(IReadOnlyCollection<MemberEndpoint> peers) => inner.SetPeers(peers);

    public virtual bool TrySend(in RaftMessage message) => inner.TrySend(message);

    public void Flush() => inner.Flush();

    public virtual ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        string address, ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default) =>
        inner.RequestAsync(address, request, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
