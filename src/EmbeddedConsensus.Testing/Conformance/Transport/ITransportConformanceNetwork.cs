using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Transport;

/// <summary>Makes the transports that a check of <see cref="TransportConformance"/> lets talk to each other. Each check
/// gets a network of its own.</summary>
/// <remarks>The transports must carry messages of up to 1 MiB, and their queues must be bounded by less than
/// 256 MiB.</remarks>
public interface ITransportConformanceNetwork : IAsyncDisposable
{
    /// <summary>Makes a transport for a member; the check starts and disposes it. A second call for a member means that
    /// it has restarted: the earlier transport is disposed by then.</summary>
    /// <param name="member">The member.</param>
    /// <param name="clusterId">The cluster that it belongs to.</param>
    /// <param name="atNewAddress">Whether a member that restarts is to be found elsewhere than before.</param>
    ITransport CreateTransport(MemberId member, ulong clusterId, bool atNewAddress = false);

    /// <summary>The address of a member whose transport has started.</summary>
    /// <param name="member">The member.</param>
    string AddressOf(MemberId member);
}
