using System.Collections.Immutable;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

public sealed class ClusterConfigurationCodecTests
{
    [Fact]
    public void Any_configuration_comes_back_as_it_was()
    {
        for (ulong seed = 1; seed <= 500; seed++)
        {
            ClusterConfiguration configuration = Random(seed);
            byte[] bytes = ClusterConfigurationCodec.Encode(configuration);

            Assert.Equal(ClusterConfigurationCodec.Measure(configuration), bytes.Length);
            Assert.Equal(configuration, ClusterConfigurationCodec.Decode(bytes));
        }
    }

    [Fact]
    public void The_largest_configuration_fits_the_bound()
    {
        ImmutableArray<MemberId> all = [.. Enumerable.Range(1, 32).Select(id => new MemberId((ulong)id))];
        ClusterConfiguration largest = new()
        {
            LastMemberId = new MemberId(1_000),
            UnusedIds = [.. Enumerable.Range(50, 32).Select(id => Unused((ulong)id * 2, (ulong)id * 2))],
            Voters = all[..7], OutgoingVoters = all[..7], PlannedVoters = all[..7], Learners = all, LearnersNext = all,
            Members = [.. all.Select(id => new ClusterMember(id, new string('x', 1024)))],
        };

        Assert.InRange(
            ClusterConfigurationCodec.Encode(largest).Length, 1, ClusterConfigurationCodec.MaxBytes);
    }

    [Fact]
    public void What_is_cut_off_or_longer_is_damaged()
    {
        byte[] bytes = ClusterConfigurationCodec.Encode(Random(7));
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<ClusterConfigurationFormatException>(
                () => ClusterConfigurationCodec.Decode(bytes.AsSpan(0, length)));
        }

        Assert.Throws<ClusterConfigurationFormatException>(() => ClusterConfigurationCodec.Decode([.. bytes, 0]));
    }

    [Fact]
    public void Damage_results_in_a_typed_error_or_another_configuration_and_nothing_else()
    {
        byte[] bytes = ClusterConfigurationCodec.Encode(Random(11));
        int refused = 0;
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] damaged = [.. bytes];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.NotEqual(ClusterConfigurationCodec.Decode(bytes), ClusterConfigurationCodec.Decode(damaged));
            }
            catch (ClusterConfigurationFormatException)
            {
                refused++;
            }
        }

        Assert.True(refused > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Another_format_is_refused_by_its_number(byte format)
    {
        byte[] bytes = ClusterConfigurationCodec.Encode(Random(3));
        bytes[0] = format;

        ClusterConfigurationFormatException refused = Assert.Throws<ClusterConfigurationFormatException>(
            () => ClusterConfigurationCodec.Decode(bytes));
        Assert.Contains($"format {format} ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_out_of_order_or_too_long_and_long_addresses_are_not_written()
    {
        ImmutableArray<MemberId> eight = [.. Enumerable.Range(1, 8).Select(id => new MemberId((ulong)id))];
        ClusterConfiguration[] impossible =
        [
            new() { Voters = eight },
            new() { Voters = [new MemberId(2), new MemberId(1)] },
            new() { Learners = [new MemberId(2), new MemberId(2)] },
            new() { OutgoingVoters = [MemberId.None] },
            new() { Members = [new ClusterMember(new MemberId(1), new string('é', 513))] },
        ];

        Assert.All(impossible, configuration =>
            Assert.ThrowsAny<ArgumentException>(() => ClusterConfigurationCodec.Encode(configuration)));
    }

    [Fact]
    public void Unused_ids_that_could_be_written_in_another_way_are_neither_written_nor_read()
    {
        ClusterConfiguration right = new()
        {
            LastMemberId = new MemberId(20), UnusedIds = [Unused(2, 3), Unused(6, 6)], Voters = [new MemberId(5)],
        };
        Assert.Equal(right, ClusterConfigurationCodec.Decode(ClusterConfigurationCodec.Encode(right)));
        ImmutableArray<MemberIdRange>[] wrong =
        [
            [Unused(6, 6), Unused(2, 3)], [Unused(2, 3), Unused(3, 4)], [Unused(2, 3), Unused(4, 4)], [Unused(3, 2)],
            [Unused(0, 1)], [Unused(19, 20)], [Unused(21, 22)], [Unused(4, 6)],
            [.. Enumerable.Range(0, 33).Select(i => Unused(100 + (2 * (ulong)i), 100 + (2 * (ulong)i)))],
        ];

        foreach (ImmutableArray<MemberIdRange> unused in wrong)
        {
            ClusterConfiguration configuration = right with
            {
                UnusedIds = unused, LastMemberId = new MemberId(unused.Length > 32 ? 1_000UL : 20),
            };
            Assert.Throws<ArgumentException>(() => ClusterConfigurationCodec.Encode(configuration));
            Assert.Throws<ClusterConfigurationFormatException>(
                () => ClusterConfigurationCodec.Decode(Unchecked(configuration)));
        }
    }

    [Fact]
    public void Any_change_comes_back_as_it_was()
    {
        MemberEndpoint[] peers =
        [
            new(new MemberId(9), "host-9:1"),
            new(new MemberId(3), ""),
            new(new MemberId(ulong.MaxValue), "é"),
        ];
        ConfigurationChange[] changes =
        [
            ConfigurationChange.AddLearner(peers[0]), ConfigurationChange.AddVoter(peers[1]),
            ConfigurationChange.Promote(new MemberId(7)), ConfigurationChange.Demote(new MemberId(8)),
            ConfigurationChange.Remove(new MemberId(ulong.MaxValue)),
            ConfigurationChange.Replace(new MemberId(1), peers[2]), ConfigurationChange.Update(peers[0]),
            ConfigurationChange.SetVoters(peers), ConfigurationChange.CancelPlan(),
        ];
        foreach (ConfigurationChange change in changes)
        {
            byte[] bytes = ConfigurationChangeCodec.Encode(change);
            Assert.Equal(change, ConfigurationChangeCodec.Decode(bytes));
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.Throws<ClusterConfigurationFormatException>(
                    () => ConfigurationChangeCodec.Decode(bytes.AsSpan(0, length)));
            }
        }
    }

    private static MemberIdRange Unused(ulong first, ulong last) => new(new MemberId(first), new MemberId(last));

    // As in the codec's remarks: the ranges follow the version and three numbers.
    private static byte[] Unchecked(ClusterConfiguration configuration)
    {
        byte[] rest = ClusterConfigurationCodec.Encode(configuration with { UnusedIds = [] });
        byte[] ranges =
        [
            (byte)configuration.UnusedIds.Length,
            .. configuration.UnusedIds.SelectMany(range => (ulong[])[range.First.Value, range.Last.Value])
                .SelectMany(BitConverter.GetBytes),
        ];
        return [.. rest[..25], .. ranges, .. rest[26..]];
    }

    private static ClusterConfiguration Random(ulong seed)
    {
        DeterministicRandom random = new(seed);
        ulong last = random.NextUInt64() >> random.NextInt32(60);
        ClusterConfiguration configuration = new()
        {
            ClusterId = random.NextUInt64(),
            ClusterNameHash = random.NextUInt64(),
            Voters = Ids(7),
            OutgoingVoters = Ids(7),
            Learners = Ids(20),
            LearnersNext = Ids(5),
            PlannedVoters = Ids(7),
            Members = [.. Ids(32).Select(id => new ClusterMember(
                id, new string('é', random.NextInt32(40)), random.NextInt32(2) == 0, (uint)random.NextInt32(9)))],
            LastMemberId = new MemberId(last),
        };
        return seed % 3 == 0 ? configuration : configuration.WithUsed(configuration.Members.Select(member => member.Id))
            .WithUsed(configuration.Voters.Concat(configuration.OutgoingVoters).Concat(configuration.Learners));

        ImmutableArray<MemberId> Ids(int most) =>
        [
            .. Enumerable.Range(0, random.NextInt32(most + 1))
                .Select(_ => new MemberId(1 + (random.NextUInt64() >> random.NextInt32(60)))).Distinct().Order(),
        ];
    }
}
