using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus;

/// <summary>Adds health checks of stores.</summary>
public static class ConsensusStoreHealthChecksBuilderExtensions
{
    /// <summary>Adds a <see cref="ConsensusStoreHealthCheck"/> of a store of this host, by which a call has to pass
    /// within two election timeouts.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The name of the check; null for <c>consensus-store</c>, or <c>consensus-store-</c> with the
    /// key of the store.</param>
    /// <param name="serviceKey">The key of the store; null for the store without one.</param>
    /// <param name="failureStatus">What a failed check reports; null for <see cref="HealthStatus.Unhealthy"/>. A
    /// degraded replica is reported as <see cref="HealthStatus.Degraded"/> in any case.</param>
    /// <param name="tags">The tags of the check, by which endpoints choose.</param>
    /// <param name="maxLag">How many committed entries of the log may wait to be applied before the replica counts as
    /// degraded. 0 or more.</param>
    /// <returns>The health checks.</returns>
    public static IHealthChecksBuilder AddConsensusStore(
        this IHealthChecksBuilder builder,
        string? name = null,
        string? serviceKey = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        long maxLag = ConsensusStoreHealthCheck.DefaultMaxLag)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfNegative(maxLag);
        return builder.Add(new HealthCheckRegistration(
            name ?? (serviceKey is null ? "consensus-store" : $"consensus-store-{serviceKey}"),
            services => new ConsensusStoreHealthCheck(
                services.GetRequiredKeyedService<IKeyValueStore>(serviceKey), maxLag,
                2 * services.GetRequiredService<IOptionsMonitor<ConsensusStoreOptions>>()
                    .Get(serviceKey ?? Options.DefaultName).ElectionTimeout),
            failureStatus,
            tags));
    }
}
