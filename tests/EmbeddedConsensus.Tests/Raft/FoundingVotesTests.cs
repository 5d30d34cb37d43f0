using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>What a member remembers of the votes that it cast before it had entries.</summary>
public sealed class FoundingVotesTests
{
    [Fact]
    public void The_terms_are_those_that_were_added_as_far_as_64_terms_back()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            DeterministicRandom random = new(seed);
            List<ulong> terms = [];
            FoundingVotes votes = default;
            ulong term = 1 + (ulong)random.NextInt32(3);
            for (int step = 0; step < 30; step++)
            {
                votes = votes.With(term);
                terms.Add(term);
                Assert.Equal(
                    terms.Where(known => term - known <= 64).Distinct(),
                    Enumerable.Range(0, (int)term + 3).Select(other => (ulong)other).Where(votes.Contains));
                term += (ulong)random.NextInt32(1 << random.NextInt32(8));
            }
        }
    }

    [Fact]
    public void No_term_is_known_at_first_and_a_vote_in_an_earlier_term_is_a_broken_promise()
    {
        Assert.False(default(FoundingVotes).Contains(0));
        Assert.False(default(FoundingVotes).Contains(1));
        Assert.Throws<InvariantViolationException>(() => default(FoundingVotes).With(3).With(2));
    }

    [Theory]
    [InlineData(2UL)]
    [InlineData(0UL)]
    [Trait("Scenario", "1")]
    public void A_node_does_not_begin_on_the_disk_of_another_member_or_on_one_that_does_not_say_whose_it_is(ulong owner)
    {
        RecoveredLogOf(owner: 1);
        Assert.Throws<InvariantViolationException>(() => RecoveredLogOf(owner));
    }

    private static RaftNode RecoveredLogOf(ulong owner) => new(
        new RaftOptions { Id = new MemberId(1), Seed = 1 },
        new RecoveredLog(new HardState(1, new MemberId(3), 0, new MemberId(owner)), default, 0, []),
        snapshot: null, ConfigurationText.New([1, 2, 3]));
}
