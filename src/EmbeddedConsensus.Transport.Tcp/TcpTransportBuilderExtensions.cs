using EmbeddedConsensus.Transport.Tcp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus;

/// <summary>Lets a store talk to its other members by TCP.</summary>
public static class TcpTransportBuilderExtensions
{
    /// <summary>Talks to the other members by TCP. By default the member listens where the others look for it:
    /// <see cref="ConsensusStoreOptions.AdvertisedAddress"/>, its address in
    /// <see cref="ConsensusStoreOptions.Members"/>, or the one that its cluster has on the member's disk.</summary>
    /// <param name="builder">The store.</param>
    /// <param name="configure">Sets the options. Cluster, member and incarnation are the store's, and set behind it;
    /// the frame and queue limits are raised to what the store's largest request needs.</param>
    public static IConsensusStoreBuilder UseTcpTransport(
        this IConsensusStoreBuilder builder, Action<TcpTransportOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseTransport((services, context) =>
        {
            TcpTransportOptions options = new() { ListenEndpoint = context.Address ?? "" };
            configure?.Invoke(options);
            options.MaxFrameBytes = Math.Max(options.MaxFrameBytes, context.MaxMessageBytes);
            options.SendQueueBytes = Math.Max(options.SendQueueBytes, options.MaxFrameBytes);
            options.ClusterId = context.ClusterId;
            options.MemberId = context.MemberId;
            options.Incarnation = context.Incarnation;
            return new TcpTransport(options, services.GetService<ILogger<TcpTransport>>());
        });
    }
}
