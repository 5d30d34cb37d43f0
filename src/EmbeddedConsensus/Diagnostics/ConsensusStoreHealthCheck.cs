using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EmbeddedConsensus;

/// <summary>
/// Reports a replica: healthy when a linearizable read passes and the replica keeps up with the cluster; degraded while
/// it knows no leader, or applies the log with a lag; unhealthy when it is faulted, removed from its cluster or not
/// running, and when a read does not pass although it knows a leader.
/// </summary>
/// <remarks>The read takes a quorum round and no entry of the log. It is what shows that messages pass in both
/// directions: a replica with a one-way link to its leader hears heartbeats and can do nothing.</remarks>
public sealed class ConsensusStoreHealthCheck : IHealthCheck
{
    /// <summary>The default of the largest lag, in log entries.</summary>
    public const long DefaultMaxLag = 10_000;

    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(5);
    private static readonly Key ReadKey = "\0health";

    private readonly IKeyValueStore _store;
    private readonly long _maxLag;

    /// <summary>Checks a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="maxLag">How many committed entries of the log may wait to be applied before the replica counts as
    /// degraded. 0 or more.</param>
    public ConsensusStoreHealthCheck(IKeyValueStore store, long maxLag = DefaultMaxLag)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentOutOfRangeException.ThrowIfNegative(maxLag);
        _store = store;
        _maxLag = maxLag;
    }

    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        StoreStatus status = _store.Status;
        HealthStatus failure = context.Registration?.FailureStatus ?? HealthStatus.Unhealthy;
        if (status.State != StoreState.Running)
        {
            return new HealthCheckResult(failure, DescribeState(status), status.Fault, DataOf(status));
        }

        if (status.Leader.IsNone)
        {
            return HealthCheckResult.Degraded(
                "No leader is known: no majority of the members can be reached.", data: DataOf(status));
        }

        if (await ReadAsync(cancellationToken).ConfigureAwait(false) is { } fault)
        {
            return new HealthCheckResult(
                failure, $"The leader is member {status.Leader}, and a read does not pass: {fault.Message}", fault,
                DataOf(status));
        }

        // Looked at again: the read waited for what was committed when it began.
        status = _store.Status;
        ulong lag = status.CommitIndex - Math.Min(status.AppliedIndex, status.CommitIndex);
        return lag > (ulong)_maxLag
            ? HealthCheckResult.Degraded(
                $"{lag} committed entries wait to be applied; {_maxLag} may.", data: DataOf(status))
            : HealthCheckResult.Healthy($"The leader is member {status.Leader}.", DataOf(status));
    }

    private static string DescribeState(StoreStatus status) => status.State switch
    {
        StoreState.Faulted => "The replica is faulted. Restart it once the cause is removed.",
        StoreState.Removed => status.Fault?.Message ?? "The replica does not belong to its cluster.",
        StoreState state => $"The replica is {state}.",
    };

    private static Dictionary<string, object> DataOf(StoreStatus status) => new()
    {
        ["member"] = status.Member.ToString(),
        ["role"] = status.Role.ToString(),
        ["term"] = status.Term.ToString(CultureInfo.InvariantCulture),
        ["commitIndex"] = status.CommitIndex.ToString(CultureInfo.InvariantCulture),
        ["appliedIndex"] = status.AppliedIndex.ToString(CultureInfo.InvariantCulture),
        ["revision"] = status.Revision.ToString(CultureInfo.InvariantCulture),
    };

    private async Task<Exception?> ReadAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ReadTimeout);
        try
        {
            await _store.GetAsync(ReadKey, cancellationToken: timeout.Token).ConfigureAwait(false);
            return null;
        }
        catch (ConsensusStoreException exception)
        {
            return exception;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new TimeoutException($"There was no answer within {ReadTimeout}.");
        }
    }
}
