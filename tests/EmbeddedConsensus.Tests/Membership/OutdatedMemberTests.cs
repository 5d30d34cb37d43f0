using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing;
using EmbeddedConsensus.Testing.Network;
using EmbeddedConsensus.Tests.Replica;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedConsensus.Tests.Membership;

/// <summary>Members whose own log says something else about the membership than what the others have
/// committed.</summary>
public sealed class OutdatedMemberTests
{
    private const int UncommittedEntries = 50;

    [Fact]
    [Trait("Scenario", "31")]
    public async Task A_member_that_was_removed_while_its_own_change_was_uncommitted_learns_it_when_it_returns()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember removed = cluster.Leader;
        ulong uncommitted = await LeaveAnUncommittedChangeAsync(cluster, removed);

        await cluster.WaitForLeaderAsync();
        await cluster.RemoveMemberAsync(removed);
        Assert.True(
            cluster.Leader.Status.ConfigurationIndex < uncommitted, "The removal lies behind the uncommitted change.");

        // The leader tells one that leaves for a while; this one comes later.
        await cluster.AdvanceAsync(TimeSpan.FromMinutes(1));
        await removed.RestartAsync();

        await cluster.RunUntilAsync(() => removed.Status.State == StoreState.Removed);
        Assert.IsType<MemberRemovedException>(removed.Status.Fault);
    }

    [Fact]
    [Trait("Scenario", "28")]
    public async Task A_member_with_an_uncommitted_change_finds_a_leader_that_came_while_it_was_away()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        TestClusterMember away = cluster.Leader;
        ulong uncommitted = await LeaveAnUncommittedChangeAsync(cluster, away);

        await cluster.WaitForLeaderAsync();
        TestClusterMember next = await cluster.AddMemberAsync();
        await cluster.TransferLeadershipAsync(next);
        Assert.True(next.Status.ConfigurationIndex < uncommitted, "The addition lies behind the uncommitted change.");
        await away.RestartAsync();

        await cluster.AssertReplicasAgreeAsync();
        Assert.Same(next, cluster.Leader);
        Assert.Equal(next.Id, away.Status.Leader);
        Assert.Equal(4, away.Status.Voters.Count);
    }

    [Fact]
    public async Task A_configuration_that_never_had_the_member_is_no_removal_and_tells_where_the_others_are()
    {
        InMemoryDisk disk = new();
        ConsensusStoreOptions options = new() { MemberId = 4, AdvertisedAddress = "member-4" };
        options.JoinAddresses.Add("member-1");
        await using ReplicaHost host = new(
            options,
            new ReplicaStorage(new InMemoryLogStorage(disk), new InMemorySnapshotStorage(disk)),
            context => new InMemoryNetwork().CreateTransport(
                context.MemberId, context.ClusterId, address: context.Address),
            TimeProvider.System,
            NullLogger.Instance);
        await host.StartAsync(CancellationToken.None);

        MembershipAnswer answer = new(MembershipAnswerStatus.Done, MembershipCluster.Id(1))
        {
            ClusterId = 77,
            Configuration = ClusterConfiguration.OfVoters(
                MembershipCluster.Id(1), MembershipCluster.Id(2), MembershipCluster.Id(3)).Normalized() with
            {
                ClusterId = 77,
                Members =
                [
                    .. new ulong[] { 1, 2, 3 }.Select(
                        id => new ClusterMember(MembershipCluster.Id(id), $"member-{id}")),
                ],
            },
            ConfigurationIndex = 120,
        };
        await host.Membership.Client.HeedAsync(answer);

        Assert.Equal(["member-1", "member-2", "member-3"], host.Membership.Peers.Select(peer => peer.Address));
        TaskCompletionSource<MembershipState> state = new(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Post(core => state.SetResult(core.Node.Membership));
        Assert.Equal(MembershipState.Joining, await state.Task);
        Assert.Equal(StoreState.Running, host.State);
    }

    [Fact]
    [Trait("Scenario", "28")]
    public async Task A_joiner_that_stopped_before_it_had_its_own_addition_resumes_where_it_was()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        for (int i = 0; i < 3; i++)
        {
            await cluster.Store(1).PutAsync("large", new byte[1 << 20]);
        }

        cluster.WrapLog = (id, log) => id == 2 ? new LogThatFailsAtTheAddition(log) : log;
        await cluster.StartJoinerAsync(2, by: 1);
        await cluster.StateIsAsync(2, StoreState.Faulted);
        await cluster.KillAsync(2);
        cluster.WrapLog = null;
        InMemoryLogStorage disk = new(cluster.Disk(2));
        await using (disk)
        {
            StoredLog recovered = await disk.RecoverAsync();
            ClusterConfiguration known = ClusterConfigurationCodec.Decode(recovered.ConfigurationEntries[^1].Data.Span);
            Assert.False(known.Contains(MembershipCluster.Id(2)), "The disk holds the addition.");
        }

        await cluster.StartJoinerAsync(2, by: 1);

        await cluster.RoleIsAsync(2, 2, MemberRole.Voter);
        await cluster.AssertEqualAsync(1, 2);
    }

    /// <summary>The disk ends with the joiner's addition by a leader whose entry no majority ever had: no leader
    /// replicates to the joiner, so only asking again helps.</summary>
    [Fact]
    [Trait("Case", "T13")]
    [Trait("Scenario", "28")]
    public async Task A_joiner_that_was_away_while_its_own_addition_was_truncated_joins()
    {
        await using MembershipCluster cluster = await MembershipCluster.FoundAsync(1);
        await cluster.Store(1).PutAsync("k", "v");
        InMemoryLogStorage others = new(cluster.Disk(1).Copy());
        await others.RecoverAsync();
        LogEntry first = (await others.ReadAsync(1, 1, long.MaxValue)).Span[0];
        ClusterConfiguration founded = ClusterConfigurationCodec.Decode(first.Data.Span);
        ClusterConfiguration addition = (founded with { Learners = [MembershipCluster.Id(2)] }).Normalized();
        LogEntry lost = new(
            2, first.Term + 1, LogEntryKind.Configuration, ClusterConfigurationCodec.Encode(addition));
        HardState state = new(lost.Term, MemberId.None, first.Index, MembershipCluster.Id(2));
        InMemoryLogStorage own = new(cluster.Disk(2));
        await using (own)
        {
            await own.RecoverAsync();
            await own.AppendAsync(
                new LogAppend[] { new(new LogEntry[] { first, lost }, HardStateCodec.Encode(state)) });
        }

        await cluster.StartJoinerAsync(2, by: 1);

        await cluster.RoleIsAsync(2, 2, MemberRole.Voter);
        await cluster.AssertEqualAsync(1, 2);
    }

    /// <summary>Lets a leader that is cut off append a change behind many entries, and crashes it.</summary>
    /// <returns>The index of the change.</returns>
    private static async Task<ulong> LeaveAnUncommittedChangeAsync(
        ConsensusTestCluster cluster, TestClusterMember leader)
    {
        cluster.Isolate(leader);
        List<Task> lost = [];
        for (int i = 0; i < UncommittedEntries; i++)
        {
            lost.Add(leader.Store.PutAsync("k", $"{i}").AsTask());
        }

        await cluster.AdvanceAsync(TimeSpan.FromMilliseconds(10));
        lost.Add(leader.ClusterManager.AddMemberAsync(new MemberEndpoint(new MemberId(9), "member-9")).AsTask());
        await cluster.RunUntilAsync(() => leader.Status.ConfigurationIndex > UncommittedEntries);
        await cluster.AdvanceAsync(TimeSpan.FromMilliseconds(10));
        ulong index = leader.Status.ConfigurationIndex;
        await leader.CrashAsync();
        cluster.Heal();
        foreach (Task call in lost)
        {
            await Assert.ThrowsAnyAsync<ConsensusStoreException>(() => cluster.RunUntilAsync(call));
        }

        return index;
    }

    /// <summary>The disk of a member that fails before it has the entry that takes the member in.</summary>
    private sealed class LogThatFailsAtTheAddition(ILogStorage inner) : DelegatingLogStorage(inner)
    {
        public override ValueTask AppendAsync(
            ReadOnlyMemory<LogAppend> writes, CancellationToken cancellationToken = default)
        {
            foreach (LogAppend write in writes.Span)
            {
                foreach (LogEntry entry in write.Entries.Span)
                {
                    if (entry.Kind == LogEntryKind.Configuration
                        && ClusterConfigurationCodec.Decode(entry.Data.Span).Contains(MembershipCluster.Id(2)))
                    {
                        throw new StorageException("The disk is full.");
                    }
                }
            }

            return base.AppendAsync(writes, cancellationToken);
        }
    }
}
