using System.Diagnostics;
using EmbeddedConsensus.Benchmarks.Cluster;

namespace EmbeddedConsensus.Benchmarks.Leases;

/// <summary>Holds many leases in the process of the leader, and lets others expire together while keys are
/// put.</summary>
/// <param name="count">How many are held.</param>
/// <param name="expiring">How many expire.</param>
/// <param name="timeToLive">The time to live of those that are held.</param>
/// <param name="duration">How long to measure the renewals.</param>
internal sealed class LeaseLoad(int count, int expiring, TimeSpan timeToLive, TimeSpan duration)
{
    private const int ConcurrentGrants = 512;
    private const int Putters = 16;
    private const string Prefix = "leased/";

    /// <summary>Runs it.</summary>
    public async Task<LeaseLoadResult> RunAsync(
        int replicas, StorageKind storage, CancellationToken cancellationToken)
    {
        await using LoadedCluster cluster = await LoadedCluster.StartAsync(
            replicas, storage, LinearizableReadMode.QuorumRound, cancellationToken);
        LeaseHandle[] held = new LeaseHandle[count];
        Stopwatch granting = Stopwatch.StartNew();
        await ForEachAsync(count, async i =>
            held[i] = await cluster.Leases.AcquireAsync(timeToLive, cancellationToken));
        double grantsPerSecond = count / granting.Elapsed.TotalSeconds;

        // The first renewals are as dense as the grants were.
        await Task.Delay(timeToLive / 3, cancellationToken);
        TimeSpan before = cluster.ProcessorTime;
        Stopwatch renewing = Stopwatch.StartNew();
        await Task.Delay(duration, cancellationToken);
        double cores = (cluster.ProcessorTime - before) / renewing.Elapsed;

        ulong term = cluster.Store.Status.Term;
        (double[] latencies, TimeSpan expiry) = await ExpireAsync(cluster, cancellationToken);
        return new LeaseLoadResult
        {
            Count = count,
            TimeToLiveSeconds = timeToLive.TotalSeconds,
            GrantsPerSecond = grantsPerSecond,
            RenewalCores = cores,
            Lost = held.Count(lease => !lease.IsHeld),
            Expired = expiring,
            ExpirySeconds = expiry.TotalSeconds,
            Puts = latencies.Length,
            PutP50Ms = At(latencies, 0.5),
            PutP99Ms = At(latencies, 0.99),
            PutMaxMs = At(latencies, 1),
            Elections = cluster.Store.Status.Term - term,
        };
    }

    private static double At(double[] sorted, double part) =>
        sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, part * sorted.Length)];

    private static Task ForEachAsync(int items, Func<int, Task> run) => Parallel.ForEachAsync(
        Enumerable.Range(0, items),
        new ParallelOptions { MaxDegreeOfParallelism = ConcurrentGrants },
        async (i, _) => await run(i));

    private async Task<(double[] Latencies, TimeSpan Expiry)> ExpireAsync(
        LoadedCluster cluster, CancellationToken cancellationToken)
    {
        // All at one moment, once the last is granted.
        Stopwatch clock = Stopwatch.StartNew();
        TimeSpan moment = TimeSpan.FromSeconds(5 + (expiring / 2_000.0));
        await ForEachAsync(expiring, async i =>
        {
            LeaseGrant lease = await cluster.Leases.GrantAsync(
                moment - clock.Elapsed, cancellationToken: cancellationToken);
            await cluster.Store.PutAsync(
                $"{Prefix}{i}", "v", new PutOptions { Lease = lease.Id }, cancellationToken);
        });
        TimeSpan wait = moment - clock.Elapsed - TimeSpan.FromSeconds(1);
        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, cancellationToken);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<List<double>>[] putters =
            [.. Enumerable.Range(0, Putters).Select(number => PutAsync(cluster.Store, number, ended.Token))];
        while ((await cluster.Store.RangeAsync(
            KeyRange.Prefix(Prefix), new RangeOptions { Limit = 1 }, cancellationToken)).Items.Count > 0)
        {
            await Task.Delay(20, cancellationToken);
        }

        TimeSpan expiry = clock.Elapsed - moment;
        await ended.CancelAsync();
        List<double>[] latencies = await Task.WhenAll(putters);
        return ([.. latencies.SelectMany(list => list).Order()], expiry);
    }

    private static async Task<List<double>> PutAsync(IKeyValueStore store, int number, CancellationToken ended)
    {
        List<double> latencies = [];
        while (!ended.IsCancellationRequested)
        {
            long start = Stopwatch.GetTimestamp();
            await store.PutAsync($"put/{number}", "v", cancellationToken: CancellationToken.None);
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return latencies;
    }
}
