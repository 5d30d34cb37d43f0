using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing;
using EmbeddedConsensus.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Tests.Replica;

public sealed class LeadershipTransferTests
{
    [Fact]
    [Trait("Scenario", "20")]
    public async Task A_transfer_that_ends_with_another_leader_than_the_one_asked_for_fails_and_names_it()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(5, options =>
            options.ConfigureStore = store => store.LeadershipTransferTimeout = TimeSpan.FromMinutes(30));
        TestClusterMember old = cluster.Leader;
        TestClusterMember target = cluster.AnyFollower;
        cluster.Isolate(target);
        Task transfer = old.Maintenance.TransferLeadershipAsync(target.Id).AsTask();
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.False(transfer.IsCompleted);

        cluster.Isolate(old);
        TestClusterMember next = await cluster.WaitForLeaderAsync();
        cluster.Heal();

        LeadershipTransferException failed = await Assert.ThrowsAsync<LeadershipTransferException>(
            () => cluster.RunUntilAsync(transfer));
        Assert.NotSame(target, next);
        Assert.Contains($"member {next.Id} leads", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Scenario", "20")]
    public async Task A_leader_without_a_successor_when_its_host_began_to_stop_hands_over_once_there_is_one()
    {
        TransferBlocker blocker = new();
        await using TestCluster cluster = await TestCluster.StartAsync(
            3,
            options => options.LeadershipTransferTimeout = TimeSpan.FromMilliseconds(100),
            wrapTransport: (_, inner) => new BlockingTransport(inner, blocker),
            addServices: services => services.AddHostedService(_ => blocker));

        int leader = await cluster.LeaderAsync();
        IKeyValueStore store = cluster.Store(leader);

        // The leader takes writes again once it has ended the first attempt.
        blocker.BeforeOpening = () => store.PutAsync("k", "v").AsTask();
        await cluster.StopAsync(leader);

        Assert.True(blocker.Dropped > 0, "the first attempt met no obstacle");
        Assert.True(blocker.Sent > 0, "there was no second attempt");
    }

    /// <summary>Keeps successors from being told, until the services of a host stop.</summary>
    private sealed class TransferBlocker : IHostedService
    {
        private volatile bool _isOpen;
        private int _dropped;
        private int _sent;

        public int Dropped => Volatile.Read(ref _dropped);

        public int Sent => Volatile.Read(ref _sent);

        public Func<Task> BeforeOpening { get; set; } = static () => Task.CompletedTask;

        public bool TryPass()
        {
            Interlocked.Increment(ref _isOpen ? ref _sent : ref _dropped);
            return _isOpen;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            await BeforeOpening();
            _isOpen = true;
        }
    }

    private sealed class BlockingTransport(ITransport inner, TransferBlocker blocker) : DelegatingTransport(inner)
    {
        public override bool TrySend(in RaftMessage message) =>
            (message.Type == RaftMessageType.TimeoutNow && !blocker.TryPass()) || base.TrySend(message);
    }

    [Fact]
    [Trait("Scenario", "20")]
    public async Task A_transfer_that_meets_the_end_of_the_store_says_so_at_once()
    {
        TestCluster cluster = await TestCluster.StartAsync(
            3, options => options.LeadershipTransferTimeout = TimeSpan.FromMinutes(30));
        int leader = await cluster.LeaderAsync();
        int target = cluster.Running.First(i => i != leader);
        foreach (int other in cluster.Running.Where(i => i != target))
        {
            cluster.Network.Cut(TestCluster.IdOf(target), TestCluster.IdOf(other));
        }

        Task transfer = cluster.Maintenance(leader).TransferLeadershipAsync(TestCluster.IdOf(target)).AsTask();
        await cluster.KillAsync(leader);

        await Assert.ThrowsAsync<StoreStoppedException>(() => transfer.WaitAsync(TimeSpan.FromMinutes(1)));
        await cluster.DisposeAsync();
    }
}
