using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Tests.Membership;

/// <summary>A second process under the id of a member.</summary>
internal sealed class TwinProcess(IHost host) : IAsyncDisposable
{
    public IKeyValueStore Store { get; } = host.Services.GetRequiredService<IKeyValueStore>();

    public ValueTask DisposeAsync() => ((IAsyncDisposable)host).DisposeAsync();
}
