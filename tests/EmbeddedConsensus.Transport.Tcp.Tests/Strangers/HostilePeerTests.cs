using EmbeddedConsensus.Testing.Hostile;
using EmbeddedConsensus.Transport.Tcp.Tests.Connections;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Strangers;

/// <summary>A cluster serves while a program that is no member does to it whatever it can.</summary>
public sealed class HostilePeerTests
{
    // Terms that elections can reach in the time of a test.
    private const ulong PlausibleTerm = 1000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("Case", "T2")]
    [Trait("Case", "T3")]
    [Trait("Case", "T5")]
    public async Task A_cluster_under_attack_serves_and_keeps_its_members(int seed)
    {
        await using TcpCluster cluster = await TcpCluster.StartAsync(
            3, options => options.RequestTimeout = TimeSpan.FromMinutes(1));
        foreach (IKeyValueStore store in cluster.Stores)
        {
            await store.WaitForReadyAsync();
        }

        await cluster.Stores[0].PutAsync("founded", "yes");
        HostilePeer hostile = NewPeer(seed, cluster.Addresses, [1, 2, 3]);
        using var end = new CancellationTokenSource();
        Task attack = hostile.RunAsync(end.Token);
        int puts = 0;
        using var deadline = new CancellationTokenSource(Limit);
        while (!HasDoneEverything(hostile))
        {
            deadline.Token.ThrowIfCancellationRequested();
            await cluster.Stores[puts % 3].PutAsync("count", $"{++puts}");
        }

        for (int member = 0; member < 3; member++)
        {
            StoreStatus status = cluster.Stores[member].Status;
            Assert.Equal(StoreState.Running, status.State);
            Assert.InRange(status.Term, 1UL, PlausibleTerm);
            Assert.Equal($"{puts}", (await cluster.Stores[member].GetAsync("count"))?.Value.ToString());
            ClusterMembership membership = await cluster.Get<IClusterManager>(member).GetMembershipAsync();
            Assert.Equal(cluster.Addresses, membership.Members.Select(peer => peer.Address));
        }

        await end.CancelAsync();
        await attack.WaitAsync(Limit);
    }

    [Fact]
    [Trait("Case", "T5")]
    public async Task A_member_that_starts_under_attack_is_not_kept_out()
    {
        await using TcpNode node = await TcpNode.StartAsync(1, options => options.MaxInboundConnections = 16);
        HostilePeer hostile = NewPeer(3, [node.Transport.Address], [1, 2, 3]);
        using var end = new CancellationTokenSource();
        Task attack = hostile.RunAsync(end.Token);
        for (ulong start = 1; start <= 3; start++)
        {
            await using TcpNode member = await TcpNode.StartAsync(2);
            member.SetPeers(node);
            await member.ReachAsync(node, start);
            await node.ReachAsync(member, start);
        }

        await end.CancelAsync();
        await attack.WaitAsync(Limit);
        Assert.All(
            node.Receiver.Messages, message => Assert.Equal((new MemberId(2), 0UL), (message.From, message.Term)));
    }

    private static HostilePeer NewPeer(int seed, IEnumerable<string> addresses, IEnumerable<ulong> members)
    {
        HostilePeerOptions options = new() { Seed = seed, Workers = 32, StallTime = TimeSpan.FromMilliseconds(500) };
        foreach (string address in addresses)
        {
            options.Addresses.Add(address);
        }

        foreach (ulong member in members)
        {
            options.MemberIds.Add(member);
        }

        return new HostilePeer(options);
    }

    private static bool HasDoneEverything(HostilePeer hostile) =>
        Enum.GetValues<HostileAct>().All(act => hostile.Counts.GetValueOrDefault(act) >= 20);
}
