using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Tests.Replica;

namespace EmbeddedConsensus.Tests.Hosting;

/// <summary>A caller whose write ended without an answer finds out what became of it.</summary>
public sealed class ResolveTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    [Trait("Case", "T8")]
    public async Task A_create_through_a_member_that_is_cut_off_does_not_appear_after_it_was_cancelled()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        int lonely = (await cluster.LeaderAsync() + 1) % 3;
        CutOff(cluster, lonely);
        using CancellationTokenSource source = new();
        Task create = cluster.Store(lonely).TryCreateAsync("k", "v", source.Token).AsTask();
        await source.CancelAsync();
        WriteCanceledException cancelled = await Assert.ThrowsAsync<WriteCanceledException>(() => create);
        Task<WriteOutcome> early = cancelled.ResolveAsync().AsTask();

        cluster.Network.HealAll();
        WriteOutcome outcome = await early.WaitAsync(Deadline);

        Assert.False(outcome.WasExecuted);
        Assert.Null(outcome.Revision);
        Assert.Equal(outcome, await cancelled.ResolveAsync());
        Assert.Null(await cluster.Store(lonely).GetAsync("k"));
    }

    [Fact]
    [Trait("Case", "T8")]
    public async Task A_write_that_timed_out_without_a_majority_is_resolved_when_there_is_one()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            3, options => options.RequestTimeout = TimeSpan.FromMilliseconds(300));
        int leader = await cluster.LeaderAsync();
        CutOff(cluster, leader);
        OutcomeUnknownException unknown = await Assert.ThrowsAsync<OutcomeUnknownException>(
            async () => await cluster.Store(leader).PutAsync("k", "v"));
        using CancellationTokenSource impatient = new(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await unknown.ResolveAsync(impatient.Token));

        cluster.Network.HealAll();
        WriteOutcome outcome = await unknown.ResolveAsync().AsTask().WaitAsync(Deadline);

        await cluster.Store(leader).WaitForReadyAsync();
        KeyValue? found = await cluster.Store(leader).GetAsync("k");
        Assert.Equal(outcome.WasExecuted, found is not null);
        Assert.Equal(outcome.Revision, found?.ModRevision);
    }

    [Fact]
    [Trait("Case", "T8")]
    public async Task A_write_that_was_executed_after_it_was_cancelled_is_resolved_with_its_revision()
    {
        SlowLog? log = null;
        await using TestCluster cluster = await TestCluster.StartAsync(1, wrapLog: (_, inner) => log = new(inner));
        log!.Hold();
        using CancellationTokenSource source = new();
        Task put = cluster.Store(0).PutAsync("k", "v", source.Token).AsTask();
        await log.Holding.WaitAsync(Deadline);
        await source.CancelAsync();
        WriteCanceledException cancelled = await Assert.ThrowsAsync<WriteCanceledException>(() => put);
        log.Release();

        WriteOutcome outcome = await cancelled.ResolveAsync().AsTask().WaitAsync(Deadline);

        Assert.True(outcome.WasExecuted);
        Assert.Equal((await cluster.Store(0).GetAsync("k"))?.ModRevision, outcome.Revision);
    }

    [Fact]
    [Trait("Case", "T8")]
    public async Task When_the_replica_has_stopped_the_outcome_cannot_be_found_out()
    {
        TestCluster cluster = await TestCluster.StartAsync(3);
        int leader = await cluster.LeaderAsync();
        CutOff(cluster, leader);
        using CancellationTokenSource source = new();
        Task put = cluster.Store(leader).PutAsync("k", "v", source.Token).AsTask();
        Task later = cluster.Store(leader).PutAsync("k", "w").AsTask();
        await source.CancelAsync();
        WriteCanceledException cancelled = await Assert.ThrowsAsync<WriteCanceledException>(() => put);
        Task<WriteOutcome> resolving = cancelled.ResolveAsync().AsTask();
        await cluster.DisposeAsync();

        if (cancelled.MayHaveExecuted)
        {
            await Assert.ThrowsAsync<OutcomeUnknownException>(() => resolving.WaitAsync(Deadline));
        }

        ConsensusStoreException stopped = await Assert.ThrowsAnyAsync<ConsensusStoreException>(() => later);
        if (stopped is OutcomeUnknownException unknown)
        {
            await Assert.ThrowsAsync<OutcomeUnknownException>(
                () => unknown.ResolveAsync().AsTask().WaitAsync(Deadline));
        }
    }

    [Fact]
    public async Task An_exception_of_no_write_has_no_outcome_to_find_out()
    {
        OutcomeUnknownException unknown = new("Something else.");
        OutcomeUnknownException answer = await Assert.ThrowsAsync<OutcomeUnknownException>(
            async () => await unknown.ResolveAsync());
        Assert.Same(unknown, answer.InnerException);

        WriteCanceledException early = new("Early.", mayHaveExecuted: false, CancellationToken.None);
        Assert.False((await early.ResolveAsync()).WasExecuted);
    }

    private static void CutOff(TestCluster cluster, int member)
    {
        foreach (int other in Enumerable.Range(0, cluster.Size).Where(i => i != member))
        {
            cluster.Network.Cut(TestCluster.IdOf(member), TestCluster.IdOf(other));
        }
    }

    private sealed class SlowLog(ILogStorage inner) : DelegatingLogStorage(inner)
    {
        private readonly TaskCompletionSource _holding = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isHeld;

        /// <summary>Completes when an append waits.</summary>
        public Task Holding => _holding.Task;

        /// <summary>No append completes from now on.</summary>
        public void Hold() => _isHeld = true;

        public void Release() => _released.SetResult();

        public override async ValueTask AppendAsync(
            ReadOnlyMemory<LogAppend> writes, CancellationToken cancellationToken = default)
        {
            if (_isHeld)
            {
                _holding.TrySetResult();
                await _released.Task;
            }

            await base.AppendAsync(writes, cancellationToken);
        }
    }
}
