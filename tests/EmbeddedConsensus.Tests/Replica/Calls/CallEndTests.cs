using System.Runtime.CompilerServices;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>A call that has ended holds nothing, and its write is not proposed afterwards.</summary>
public sealed class CallEndTests
{
    private const int Length = 100;

    private static readonly ReplicaCoreOptions Options = new() { RequestTimeoutTicks = 20, RetryTicks = 10 };
    private static readonly MemberId Leader = ForwardingCluster.Leader;
    private static readonly MemberId Follower = ForwardingCluster.Follower;
    private static readonly CallCompletion Completion = new(schedule: null);

    [Fact]
    [Trait("Case", "T9")]
    public void A_write_that_was_cancelled_before_it_was_proposed_is_never_proposed()
    {
        ForwardingCluster cluster = new(Options, 1 << 20);
        cluster.Loses = static _ => true;
        while (!cluster.Core(Leader).Node.Leader.IsNone)
        {
            cluster.Run(1);
        }

        ForwardedWrite[] writes = cluster.Write(Leader, 5, Length);
        writes[0].Cancel();
        writes[2].Cancel();
        writes[4].Cancel();
        cluster.Loses = static _ => false;
        cluster.Core(Follower).Node.Campaign();
        cluster.Run(5);

        Assert.All([writes[1], writes[3]], write => Assert.True(write.IsDone));
        Assert.Equal([1UL, 2], cluster.Executed.Select(id => id.Sequence));
        Assert.Equal(0, cluster.Core(Leader).Proposals.WaitingCount);
    }

    [Fact]
    [Trait("Case", "T9")]
    public async Task Cancelling_a_write_that_waits_for_a_leader_tells_that_it_will_not_be_executed()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        int lonely = (await cluster.LeaderAsync() + 1) % 3;
        foreach (int other in Enumerable.Range(0, 3).Where(i => i != lonely))
        {
            cluster.Network.Cut(TestCluster.IdOf(lonely), TestCluster.IdOf(other));
        }

        await Eventually.HoldsAsync(() => cluster.Store(lonely).Status.Leader.IsNone, "no leader is known");
        using CancellationTokenSource source = new();
        Task write = cluster.Store(lonely).PutAsync("k", "v", source.Token).AsTask();
        await source.CancelAsync();
        WriteCanceledException cancelled = await Assert.ThrowsAsync<WriteCanceledException>(() => write);
        cluster.Network.HealAll();
        await cluster.Store(lonely).PutAsync("other", "w");

        Assert.False(cancelled.MayHaveExecuted);
        Assert.Null(await cluster.Store(lonely).GetAsync("k"));
    }

    [Fact]
    [Trait("Case", "T25")]
    public void A_token_that_lives_on_keeps_no_call_that_has_ended()
    {
        using CancellationTokenSource source = new();
        List<WeakReference> calls = [];
        for (int i = 0; i < 10; i++)
        {
            calls.Add(CompletedWrite(source.Token));
            calls.Add(FailedWrite(source.Token));
            calls.Add(ReleasedRead(source.Token));
            calls.Add(WriteThatEndedBeforeItsTokenWasRegistered(source.Token));
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.All(calls, call => Assert.False(call.IsAlive));
        GC.KeepAlive(source);
    }

    // The results are not awaited, as by an app that does not wait for its writes.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference CompletedWrite(CancellationToken token)
    {
        WriteCall<long> call = NewWrite();
        call.ListenTo(token);
        call.TryComplete(new ApplyResult(2));
        return new WeakReference(call);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference FailedWrite(CancellationToken token)
    {
        WriteCall<long> call = NewWrite();
        call.ListenTo(token);
        call.TryFail(new StoreStoppedException("Stopped."));
        return new WeakReference(call);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference WriteThatEndedBeforeItsTokenWasRegistered(CancellationToken token)
    {
        WriteCall<long> call = NewWrite();
        call.TryComplete(new ApplyResult(2));
        call.ListenTo(token);
        return new WeakReference(call);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference ReleasedRead(CancellationToken token)
    {
        ReadCall call = new(Completion);
        call.ListenTo(token);
        call.TryRelease();
        return new WeakReference(call);
    }

    private static WriteCall<long> NewWrite() => new(new byte[Length], static result => result.Revision, Completion);
}
