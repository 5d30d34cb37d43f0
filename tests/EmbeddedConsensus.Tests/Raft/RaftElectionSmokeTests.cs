using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

public sealed class RaftElectionSmokeTests
{
    [Fact]
    public void Three_members_elect_replicate_and_apply()
    {
        SimulatedCluster cluster = new();
        ClusterConfiguration voters = ClusterConfiguration.OfVoters(new MemberId(1), new MemberId(2), new MemberId(3));
        for (ulong i = 1; i <= 3; i++)
        {
            ulong id = i;
            cluster.Add(new SimulatedMember(
                incarnation => new RaftOptions { Id = new MemberId(id), Seed = (incarnation * 100) + id }, voters));
        }

        cluster.Do(1, member => member.Node.Campaign());
        cluster.Stabilize([1, 2, 3]);
        cluster.Do(1, member => member.Node.Propose([new byte[] { 97 }, new byte[] { 98 }]));
        cluster.Do(2, member => member.Node.Propose([new byte[] { 99 }]));
        cluster.Do(3, member => member.Node.ReadIndex(7));
        cluster.Stabilize([1, 2, 3]);

        foreach (SimulatedMember member in cluster.Members.Values)
        {
            Assert.Equal(["1/1 noop", "2/1 a", "3/1 b", "4/1 c"], member.Applied);
        }

        Assert.Equal([new ReadIndexResult(7, true, 4)], cluster[3].Reads.Select(r => r with { Index = 4 }));
    }
}
