using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>Reads by lease through the replica's heart, and through whole hosts.</summary>
public sealed class LeaseReadTests
{
    private static readonly MemberId Self = new(1);
    private static readonly MemberId Follower = new(2);

    [Fact]
    [Trait("Scenario", "9")]
    public void A_read_that_comes_behind_the_reading_of_the_clock_waits_for_another()
    {
        ReplicaCore core = LeaderWithLease();
        Read early = new();
        core.Submit(early);
        core.ObserveClock(TimeSpan.FromMilliseconds(1));
        Read late = new();
        core.Submit(late);
        Drain(core);
        Assert.False(early.IsReleased);
        Assert.False(late.IsReleased);

        ConfirmNewestRound(core);
        core.ObserveClock(TimeSpan.FromMilliseconds(2));
        Drain(core);
        Assert.True(early.IsReleased);
        Assert.True(late.IsReleased);
    }

    [Fact]
    [Trait("Scenario", "9")]
    public void A_read_under_a_lease_is_released_in_its_own_turn()
    {
        ReplicaCore core = LeaderWithLease();
        Read read = new();
        core.Submit(read);
        core.ObserveClock(TimeSpan.FromMilliseconds(1));

        Assert.DoesNotContain(Drain(core), message => message.Type == RaftMessageType.Heartbeat);
        Assert.True(read.IsReleased);
    }

    [Fact]
    [Trait("Scenario", "9")]
    public async Task A_leader_with_a_lease_serves_reads_of_all_members_and_says_so()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(
            3, options => options.LinearizableReadMode = LinearizableReadMode.LeaderLease);
        int leader = await cluster.LeaderAsync();
        await Eventually.HoldsAsync(() => cluster.Store(leader).Status.HoldsReadLease, "the leader holds a lease");

        await AssertReadsSeeWritesAsync(cluster);
        Assert.DoesNotContain(
            cluster.Running.Where(i => i != leader), i => cluster.Store(i).Status.HoldsReadLease);
    }

    [Fact]
    [Trait("Scenario", "9")]
    public async Task A_lease_is_supported_by_members_that_do_not_use_one()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3, options =>
            options.LinearizableReadMode =
                options.MemberId == 1 ? LinearizableReadMode.LeaderLease : LinearizableReadMode.QuorumRound);
        await MoveLeadershipAsync(cluster, 0);
        await Eventually.HoldsAsync(() => cluster.Store(0).Status.HoldsReadLease, "member 1 holds a lease");
        await AssertReadsSeeWritesAsync(cluster);

        await MoveLeadershipAsync(cluster, 1);
        await AssertReadsSeeWritesAsync(cluster);
        Assert.False(cluster.Store(1).Status.HoldsReadLease);
    }

    private static async Task MoveLeadershipAsync(TestCluster cluster, int target)
    {
        int leader = await cluster.LeaderAsync();
        if (leader != target)
        {
            await cluster.Maintenance(leader).TransferLeadershipAsync(TestCluster.IdOf(target));
        }

        await Eventually.HoldsAsync(
            () => cluster.Running.All(i => cluster.Store(i).Status.Leader == TestCluster.IdOf(target)),
            $"member {target + 1} leads");
    }

    private static async Task AssertReadsSeeWritesAsync(TestCluster cluster)
    {
        for (int i = 0; i < 30; i++)
        {
            await cluster.Store(i % 3).PutAsync("k", $"v{i}");
            Assert.Equal($"v{i}", (await cluster.Store((i + 1) % 3).GetAsync("k"))?.Value.ToString());
        }
    }

    private static ReplicaCore LeaderWithLease()
    {
        RaftNode node = new(
            new RaftOptions
            {
                Id = Self, Seed = 1, PreVote = false, UseReadLease = true,
                TickInterval = TimeSpan.FromMilliseconds(100),
            },
            new RecoveredLog(default, default, 0, []), snapshot: null,
            ClusterConfiguration.OfVoters(Self, Follower, new MemberId(3)) with { ClusterId = 1 });
        ReplicaCore core = new(new ReplicaCoreOptions(), node, Self, 1);
        core.ObserveClock(TimeSpan.Zero);
        node.Campaign();
        Drain(core);
        Answer(core, new RaftMessage { Type = RaftMessageType.VoteResponse });
        Drain(core);
        Answer(core, new RaftMessage { Type = RaftMessageType.AppendResponse, Index = 1 });
        Drain(core);
        core.Tick();
        ConfirmNewestRound(core);
        Assert.True(node.HoldsLease);
        return core;
    }

    private static void ConfirmNewestRound(ReplicaCore core)
    {
        core.Tick();
        RaftMessage heartbeat = Drain(core).Last(
            message => message.Type == RaftMessageType.Heartbeat && message.To == Follower);
        Answer(core, new RaftMessage
        {
            Type = RaftMessageType.HeartbeatResponse, Context = heartbeat.Context, Index = 900_000,
        });
    }

    private static void Answer(ReplicaCore core, RaftMessage answer) =>
        core.Step(answer with { From = Follower, To = Self, Term = core.Node.Term });

    private static List<RaftMessage> Drain(ReplicaCore core)
    {
        List<RaftMessage> messages = [];
        bool again;
        do
        {
            again = core.Pump();
            RaftEffects effects = core.Effects;
            messages.AddRange(effects.Messages);
            AppendEffect? append = effects.Append;
            ulong applied = effects.Applies.Count > 0 ? effects.Applies[^1].LastIndex : 0;
            effects.Clear();
            if (append is { } write)
            {
                core.AppendCompleted(write.Id);
                again = true;
            }

            if (applied > 0)
            {
                core.Applied(applied, 0);
                again = true;
            }
        }
        while (again);

        return messages;
    }

    private sealed class Read : PendingRead
    {
        public bool IsReleased { get; private set; }

        protected override void OnReleased() => IsReleased = true;

        protected override void OnFailed(Exception exception) => Assert.Fail(exception.Message);
    }
}
