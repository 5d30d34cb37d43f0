using EmbeddedConsensus.Tests.Replica;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Tests.Membership;

/// <summary>A transport whose requests arrive, and whose answers get lost.</summary>
internal sealed class AnswerLosingTransport(ITransport inner) : DelegatingTransport(inner)
{
    public override async ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        string address, ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default)
    {
        await base.RequestAsync(address, request, cancellationToken);
        throw new TransportException("The answer was lost.");
    }
}
