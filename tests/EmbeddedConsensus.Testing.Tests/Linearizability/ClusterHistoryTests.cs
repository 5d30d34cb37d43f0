using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Linearizability;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>How to check a cluster under faults: the code of docs/linearizability.md.</summary>
public sealed class ClusterHistoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("Scenario", "14")]
    public async Task Callers_of_a_cluster_see_one_order_under_any_faults(int seed)
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3, o => o.Seed = (ulong)seed);
        HistoryRecorder recorder = new();
        RecordingStore[] stores = [.. cluster.Members.Select(member => Recorded(member, recorder, life: 1))];
        cluster.SetLinks(new LinkConditions
        {
            Latency = TimeSpan.FromMilliseconds(1),
            Jitter = TimeSpan.FromMilliseconds(10),
            LossProbability = 0.02,
        });
        using CancellationTokenSource stop = new();
        Task callers = Task.WhenAll(Enumerable.Range(0, 6).Select(number =>
            CallAsync(() => stores[number % 3], cluster.Time, new Random((100 * seed) + number), stop.Token)));

        for (int life = 2; life <= 4; life++)
        {
            TestClusterMember leader = await cluster.WaitForLeaderAsync();
            await leader.CrashAsync();
            await cluster.WaitForLeaderAsync();

            // Another run of the replica: its serializable reads may miss what it had not kept.
            stores[leader.Index] = Recorded(leader, recorder, life);
            await leader.RestartAsync();
            await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        cluster.Isolate(await cluster.WaitForLeaderAsync());
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(2));
        cluster.Heal();
        await stop.CancelAsync();
        await cluster.RunUntilAsync(callers);
        await cluster.RunUntilAsync(stores[0].RangeAsync(KeyRange.All));

        StoreHistory history = recorder.ToHistory();
        CheckResult result = LinearizabilityChecker.Check(history);
        Assert.True(result.Verdict == Verdict.Linearizable, result.ToString());
        Assert.True(history.Calls.Count(call => call.Outcome == CallOutcome.Succeeded) > 100);
        Assert.Contains(history.Calls, call => call.Outcome != CallOutcome.Succeeded);
    }

    [Fact]
    [Trait("Scenario", "6")]
    public async Task A_result_that_no_order_explains_is_found_and_named()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        HistoryRecorder recorder = new();
        RecordingStore store = Recorded(cluster.Leader, recorder, life: 1);
        await store.PutAsync("jobs/nightly", "waiting");
        KeyValue? old = await store.GetAsync("jobs/nightly");
        await store.PutAsync("jobs/nightly", "claimed");
        await store.GetAsync("jobs/nightly");
        StoreHistory history = recorder.ToHistory();
        Assert.Equal(Verdict.Linearizable, LinearizabilityChecker.Check(history).Verdict);

        // The result of a store that reads from a lagging replica.
        StoreCall stale = history.Calls[^1] with
        {
            Result = new RangeOperationResult(new RangeResult([old!], 1, false, 0)),
        };
        CheckResult result = LinearizabilityChecker.Check(
            history with { Calls = [.. history.Calls.SkipLast(1), stale] });

        Assert.Equal(Verdict.NotLinearizable, result.Verdict);
        Assert.Equal("jobs/nightly", result.Violation!.Key);
        Assert.Equal([stale], result.Violation.Calls);
        Assert.Contains("jobs/nightly=waiting", result.ToString(), StringComparison.Ordinal);
    }

    private static RecordingStore Recorded(TestClusterMember member, HistoryRecorder recorder, int life) =>
        new(member.Store, recorder, client: member.Index, session: $"{member.Id}/{life}");

    private static async Task CallAsync(
        Func<IKeyValueStore> store, TimeProvider time, Random random, CancellationToken stop)
    {
        long revision = 1;
        for (int number = 0; !stop.IsCancellationRequested; number++)
        {
            try
            {
                revision = await CallOnceAsync(store(), random, $"{number}", revision);
            }
            catch (ConsensusStoreException)
            {
                // The recorder has noted what the caller may conclude from it.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 50)), time, CancellationToken.None);
        }
    }

    private static async Task<long> CallOnceAsync(IKeyValueStore store, Random random, string value, long revision)
    {
        Key key = $"key/{random.Next(4)}";
        long past = Math.Max(1, revision - random.Next(5));
        switch (random.Next(20))
        {
            case < 6:
                return (await store.PutAsync(key, value)).Revision;
            case < 9:
                await store.GetAsync(key);
                return revision;
            case < 11:
                return (await store.RangeAsync(KeyRange.Prefix("key/"))).Revision;
            case < 13:
                return (await store.RangeAsync(
                    key, new RangeOptions { Consistency = Consistency.Serializable })).Revision;
            case < 14:
                await store.GetAsync(key, new ReadOptions { Revision = past });
                return revision;
            case < 16:
                return (await store.DeleteAsync((KeyRange)key)).Revision;
            case < 17:
                await store.CompactAsync(past);
                return revision;
            default:
                return (await store.TxnAsync(
                    Txn.If(Compare.Exists(key)).Then(Op.Put(key, value, true)).Else(Op.Get(key)))).Revision;
        }
    }
}
