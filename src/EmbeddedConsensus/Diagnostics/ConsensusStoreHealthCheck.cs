using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EmbeddedConsensus;

/// <summary>
/// Reports what a caller of a replica would see: healthy when reads and writes pass; degraded when they do, and the
/// replica applies the log with a lag or cannot write its snapshots; unhealthy when the replica is
/// faulted, removed from its cluster or not running, and when reads or writes do not pass.
/// </summary>
/// <remarks>
/// <para>The check reads, which takes a quorum round and no entry of the log. That shows that messages pass in both
/// directions: a replica with a one-way link to its leader hears heartbeats and can do nothing. Writes are judged by
/// those that the app makes (<see cref="StoreStatus.StalledFor"/>): a check that wrote would keep every disk of an idle
/// cluster busy. So a disk that hangs while nothing is written is found by the first write.</para>
/// <para>A member that cannot reach its leader does not relay its calls through a third one. A write completes when
/// this replica has applied it, and it applies only what the leader knows it to hold; so all its messages would have to
/// travel that way, which is the network's task.</para>
/// </remarks>
internal sealed class ConsensusStoreHealthCheck : IHealthCheck
{
    /// <summary>The default of the largest lag, in log entries.</summary>
    public const long DefaultMaxLag = 10_000;

    /// <summary>The default of the time within which a call has to pass: twice the default election timeout.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(2);

    private const string Doubt = "The replica cannot prove that it found the whole end of its log, and has no vote "
        + "until a leader has shown it what was committed.";

    private static readonly Key ReadKey = "\0health";

    private readonly IKeyValueStore _store;
    private readonly long _maxLag;
    private readonly TimeSpan _timeout;

    /// <summary>Checks a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="maxLag">How many committed entries of the log may wait to be applied before the replica counts as
    /// degraded. 0 or more.</param>
    /// <param name="timeout">The time within which a call has to pass: twice the election timeout, so that an election
    /// is no reason to report the replica. Above 0; null for <see cref="DefaultTimeout"/>.</param>
    public ConsensusStoreHealthCheck(
        IKeyValueStore store, long maxLag = DefaultMaxLag, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentOutOfRangeException.ThrowIfNegative(maxLag);
        _store = store;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout ?? DefaultTimeout, TimeSpan.Zero, nameof(timeout));
        _maxLag = maxLag;
        _timeout = timeout ?? DefaultTimeout;
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

        if (status.StalledFor >= _timeout)
        {
            return new HealthCheckResult(
                failure, $"Writes do not pass: nothing was written or executed for {status.StalledFor}.",
                data: DataOf(status));
        }

        if (await ReadAsync(cancellationToken).ConfigureAwait(false) is { } fault)
        {
            status = _store.Status;
            string leader = status.Leader.IsNone
                ? "No leader is known: no majority of the members can be reached."
                : $"The leader is member {status.Leader}, and a read does not pass.";
            string doubt = status.IsInDoubt ? $" {Doubt}" : "";
            return new HealthCheckResult(failure, $"{leader} {fault.Message}{doubt}", fault, DataOf(status));
        }

        // Looked at again: the read waited for what was committed when it began.
        status = _store.Status;
        if (status.IsInDoubt)
        {
            return HealthCheckResult.Degraded(Doubt, data: DataOf(status));
        }

        ulong lag = status.CommitIndex - Math.Min(status.AppliedIndex, status.CommitIndex);
        if (status.SnapshotFault is { } snapshotFault)
        {
            return HealthCheckResult.Degraded(
                $"The log grows, since no snapshot can be written. {snapshotFault}", data: DataOf(status));
        }

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
        timeout.CancelAfter(_timeout);
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
            return new TimeoutException($"There was no answer within {_timeout}.");
        }
    }
}
