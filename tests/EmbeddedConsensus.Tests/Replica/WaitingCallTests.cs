using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>Calls that wait because as many are pending as may be.</summary>
public sealed class WaitingCallTests
{
    private const int Length = 100;
    private const int RequestTicks = 20;

    private static readonly ReplicaCoreOptions Options = new()
    {
        RequestTimeoutTicks = RequestTicks, MaxPendingWrites = 2, MaxPendingReads = 2, MaxWaitingCalls = 6,
    };

    private static readonly MemberId Leader = ForwardingCluster.Leader;
    private static readonly MemberId Follower = ForwardingCluster.Follower;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Calls_are_admitted_in_their_order_and_each_is_executed_once(ulong member)
    {
        ForwardingCluster cluster = new(Options, 1 << 20);
        ReplicaCore core = cluster.Core(new MemberId(member));
        List<ForwardedWrite> writes = Submit(core, 8);
        Assert.Equal((2, 6), (core.Admission.Writes.Count, core.Admission.WaitingWrites.Count));
        ForwardedWrite tooMany = Assert.Single(Submit(core, 1));
        Assert.IsType<TooManyRequestsException>(tooMany.Failure);

        cluster.Run(10);

        Assert.All(writes, write => Assert.True(write.IsDone));
        Assert.Equal(Enumerable.Range(1, 8).Select(i => (ulong)i), writes.Select(write => write.Sequence));
        Assert.Equal(Enumerable.Range(1, 8).Select(i => (ulong)i), cluster.Executed.Select(id => id.Sequence));
        Assert.Equal(0, core.Admission.Count);
    }

    [Fact]
    public void No_call_passes_those_that_wait()
    {
        ForwardingCluster cluster = new(Options, 1 << 20) { Loses = static _ => true };
        ReplicaCore core = cluster.Core(Leader);
        List<ForwardedWrite> writes = Submit(core, 4);
        writes[0].Cancel();
        ForwardedWrite last = Assert.Single(Submit(core, 1));
        Assert.True(last.IsWaiting);

        cluster.Loses = static _ => false;
        cluster.Run(10);

        Assert.All(writes[1..], write => Assert.True(write.IsDone));
        Assert.Equal([0UL, 1, 2, 3, 4], writes.Append(last).Select(write => write.Sequence));
    }

    [Fact]
    public void A_call_that_ends_while_it_waits_is_never_proposed_and_leaves_its_place()
    {
        ForwardingCluster cluster = new(Options with { RequestTimeoutTicks = 0 }, 1 << 20);
        ReplicaCore core = cluster.Core(Leader);
        List<ForwardedWrite> writes = Submit(core, 8);
        writes[3].Cancel();
        writes[7].Cancel();
        Assert.Equal(4, core.Admission.WaitingWrites.Count);
        writes.AddRange(Submit(core, 2));
        Assert.IsType<TooManyRequestsException>(Assert.Single(Submit(core, 1)).Failure);

        cluster.Run(10);

        Assert.Equal(8, cluster.Executed.Count);
        Assert.Equal(8, writes.Count(write => write.IsDone));
        Assert.Equal(0, core.Admission.Count);
    }

    [Fact]
    public void A_call_that_waits_in_vain_was_not_executed()
    {
        ForwardingCluster cluster = new(Options, 1 << 20);
        cluster.Loses = static message => message.Type == RaftMessageType.AppendResponse;
        ReplicaCore core = cluster.Core(Leader);
        List<ForwardedWrite> writes = Submit(core, 6);
        cluster.Run(RequestTicks);
        Assert.All(writes[..2], write => Assert.IsType<OutcomeUnknownException>(write.Failure));
        Assert.All(writes[2..], write => Assert.IsType<TooManyRequestsException>(write.Failure));
        Assert.All(writes[2..], write => Assert.Equal(0UL, write.Sequence));
        cluster.Loses = static _ => false;
        cluster.Run(3 * RequestTicks);

        Assert.Equal([1UL, 2], cluster.Executed.Select(id => id.Sequence));
        Assert.Equal(0, core.Admission.Count);
    }

    [Fact]
    public void A_stop_ends_the_calls_that_wait()
    {
        ForwardingCluster cluster = new(Options, 1 << 20);
        ReplicaCore core = cluster.Core(Follower);
        List<ForwardedWrite> writes = Submit(core, 5);
        Read[] reads = [new Read(), new Read(), new Read()];
        Array.ForEach(reads, read => Submit(core, read));

        core.FailAll(new StoreStoppedException("Stopped."));

        Assert.All(writes, write => Assert.IsType<StoreStoppedException>(write.Failure));
        Assert.All(reads, read => Assert.IsType<StoreStoppedException>(read.Failure));
        Assert.Equal(0, core.Admission.Count);
    }

    [Fact]
    public void Reads_wait_as_well()
    {
        ForwardingCluster cluster = new(Options, 1 << 20);
        ReplicaCore core = cluster.Core(Leader);
        Read[] reads = [.. Enumerable.Range(0, 8).Select(_ => new Read())];
        Array.ForEach(reads, read => Submit(core, read));

        cluster.Run(10);

        Assert.All(reads, read => Assert.True(read.IsReleased));
        Assert.Equal(0, core.Admission.Count);
    }

    [Fact]
    public async Task A_store_that_waits_takes_more_calls_than_may_be_pending_in_their_order()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            3,
            options =>
            {
                options.MaxPendingRequests = 2;
                options.WhenFull = WhenFull.Wait;
                options.MaxWaitingRequests = 1_000;
            });
        IKeyValueStore store = cluster.Store(0);

        Task<PutResult>[] puts =
            [.. Enumerable.Range(0, 200).Select(i => store.PutAsync($"{i}", "v").AsTask())];
        PutResult[] results = await Task.WhenAll(puts).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(Enumerable.Range(2, 200).Select(i => (long)i), results.Select(result => result.Revision));
    }

    private static List<ForwardedWrite> Submit(ReplicaCore core, int count) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
        {
            ForwardedWrite write = new(Length);
            if (core.Admission.TryAdmit(write))
            {
                core.Submit(write);
            }

            return write;
        }),
    ];

    private static void Submit(ReplicaCore core, Read read)
    {
        Assert.True(core.Admission.TryAdmit(read));
        core.Submit(read);
    }

    private sealed class Read : PendingRead
    {
        public bool IsReleased { get; private set; }

        public Exception? Failure { get; private set; }

        protected override void OnReleased() => IsReleased = true;

        protected override void OnFailed(Exception exception) => Failure = exception;
    }
}
