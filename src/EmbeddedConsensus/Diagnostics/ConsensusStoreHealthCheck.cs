using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EmbeddedConsensus;

/// <summary>
/// Reports a replica: healthy when it takes part and knows a leader, degraded while it knows none, unhealthy when it is
/// faulted, removed from its cluster, or not running.
/// </summary>
public sealed class ConsensusStoreHealthCheck : IHealthCheck
{
    private readonly IKeyValueStore _store;

    /// <summary>Checks a store.</summary>
    /// <param name="store">The store.</param>
    public ConsensusStoreHealthCheck(IKeyValueStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
    }

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        StoreStatus status = _store.Status;
        Dictionary<string, object> data = new()
        {
            ["member"] = status.Member.ToString(),
            ["role"] = status.Role.ToString(),
            ["term"] = status.Term.ToString(CultureInfo.InvariantCulture),
            ["appliedIndex"] = status.AppliedIndex.ToString(CultureInfo.InvariantCulture),
            ["revision"] = status.Revision.ToString(CultureInfo.InvariantCulture),
        };
        return Task.FromResult(status switch
        {
            { State: StoreState.Faulted } =>
                HealthCheckResult.Unhealthy("The replica is faulted. Restart it.", status.Fault, data),
            { State: StoreState.Removed } =>
                HealthCheckResult.Unhealthy(
                    status.Fault?.Message ?? "The replica does not belong to its cluster.", status.Fault, data),
            { State: not StoreState.Running } =>
                HealthCheckResult.Unhealthy($"The replica is {status.State}.", data: data),
            { Leader.IsNone: true } =>
                HealthCheckResult.Degraded("No leader is known: no majority of the members is reachable.", data: data),
            _ => HealthCheckResult.Healthy($"The leader is member {status.Leader}.", data),
        });
    }
}
