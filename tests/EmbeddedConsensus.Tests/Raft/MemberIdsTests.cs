using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>Which ids count as used (<see cref="ClusterConfiguration.WasUsed"/>).</summary>
public sealed class MemberIdsTests
{
    [Fact]
    public void Ids_between_those_of_the_founders_are_unused()
    {
        ClusterConfiguration founders = ClusterConfiguration.OfVoters(Id(1), Id(3), Id(7)).Normalized();

        Assert.Equal([new MemberIdRange(Id(2), Id(2)), new MemberIdRange(Id(4), Id(6))], founders.UnusedIds.ToArray());
        Assert.Equal(
            [1UL, 3, 7], Enumerable.Range(0, 20).Select(id => (ulong)id).Where(id => founders.WasUsed(Id(id))));
        Assert.Equal(founders, founders.Normalized());
    }

    [Fact]
    public void The_order_in_which_ids_are_taken_does_not_matter()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            DeterministicRandom random = new(seed);
            HashSet<ulong> used = [];
            ClusterConfiguration configuration = new();
            for (int step = 0; step < 40; step++)
            {
                ulong id = 1 + (ulong)random.NextInt32(60);
                used.Add(id);
                configuration = configuration.WithUsed([Id(id)]);
            }

            Assert.Equal(
                used.Order(),
                Enumerable.Range(0, 80).Select(id => (ulong)id).Where(id => configuration.WasUsed(Id(id))));
            Assert.Equal(configuration, new ClusterConfiguration().WithUsed(used.Select(Id)));
            Assert.Equal(
                configuration, ClusterConfigurationCodec.Decode(ClusterConfigurationCodec.Encode(configuration)));
        }
    }

    [Fact]
    public void Beyond_the_bound_the_shortest_range_counts_as_used_and_no_used_id_is_ever_unused_again()
    {
        for (ulong seed = 1; seed <= 50; seed++)
        {
            DeterministicRandom random = new(seed);
            List<MemberId> used = [];
            ClusterConfiguration configuration = new();
            for (int step = 0; step < 200; step++)
            {
                used.Add(Id(Math.Max(1, random.NextUInt64() >> random.NextInt32(64))));
                configuration = configuration.WithUsed(used[^1..]);

                Assert.InRange(configuration.UnusedIds.Length, 0, ClusterConfiguration.MaxUnusedRanges);
                Assert.All(used, id => Assert.True(configuration.WasUsed(id)));
            }
        }

        ClusterConfiguration even = new ClusterConfiguration().WithUsed(
            Enumerable.Range(1, 34).Select(i => Id((ulong)i * 10)).Append(Id(12)));
        Assert.Equal(ClusterConfiguration.MaxUnusedRanges, even.UnusedIds.Length);

        // Of ids 11, 13 to 19, and a range of nine below each ten, the three that are dropped.
        Assert.True(even.WasUsed(Id(11)) && even.WasUsed(Id(13)) && even.WasUsed(Id(9)));
        Assert.All(Enumerable.Range(2, 32), i => Assert.False(even.WasUsed(Id(((ulong)i * 10) + 1))));
    }

    [Fact]
    public void The_highest_id_of_all_can_be_taken_and_nothing_lies_above_it()
    {
        ClusterConfiguration configuration = ClusterConfiguration.OfVoters(Id(1), Id(ulong.MaxValue)).Normalized();

        Assert.False(configuration.WasUsed(Id(ulong.MaxValue - 1)));
        Assert.False(configuration.WasUsed(MemberId.None));
        Assert.True(configuration.WithUsed([Id(ulong.MaxValue - 1)]).WasUsed(Id(ulong.MaxValue - 1)));
    }

    private static MemberId Id(ulong id) => new(id);
}
