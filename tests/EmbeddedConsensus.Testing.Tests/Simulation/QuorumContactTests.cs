using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Checking;

namespace EmbeddedConsensus.Testing.Tests.Simulation;

/// <summary>The check that a leader without a majority steps down.</summary>
public sealed class QuorumContactTests
{
    private const int ElectionTicks = 10;
    private static readonly MemberId Self = new(1);

    private readonly QuorumContact _contact = new(ElectionTicks);

    [Fact]
    [Trait("Scenario", "17")]
    public void A_leader_that_hears_no_member_and_keeps_leading_is_found()
    {
        RaftNode node = Leader(checksQuorum: false);
        SimulationFailedException failure = Assert.Throws<SimulationFailedException>(
            () => Tick(node, 3 * ElectionTicks));
        Assert.Equal("Check Quorum", failure.Invariant);
    }

    [Fact]
    public void A_leader_that_steps_down_in_time_is_not_found()
    {
        RaftNode node = Leader(checksQuorum: true);
        Tick(node, 3 * ElectionTicks);
        Assert.NotEqual(RaftRole.Leader, node.Role);
    }

    [Fact]
    public void One_member_of_three_that_answers_is_enough_and_only_answers_of_the_term_count()
    {
        RaftNode node = Leader(checksQuorum: false);
        for (int i = 0; i < 5; i++)
        {
            Answer(node, from: 2, node.Term);
            Tick(node, ElectionTicks);
        }

        Assert.Throws<SimulationFailedException>(() =>
        {
            for (int i = 0; i < 5; i++)
            {
                Answer(node, from: 3, node.Term - 1);
                Tick(node, ElectionTicks);
            }
        });
    }

    private static RaftNode Leader(bool checksQuorum)
    {
        RaftNode node = new(
            new RaftOptions
            {
                Id = Self, Seed = 1, ElectionTicks = ElectionTicks, CheckQuorum = checksQuorum, PreVote = false,
            },
            RecoveredLog.Empty, snapshot: null,
            ClusterConfiguration.OfVoters([Self, new MemberId(2), new MemberId(3)]) with { ClusterId = 1 });
        node.Campaign();
        Drain(node);
        node.Step(new RaftMessage
        {
            Type = RaftMessageType.VoteResponse, From = new MemberId(2), To = Self, Term = node.Term,
        });
        Drain(node);
        Assert.Equal(RaftRole.Leader, node.Role);
        return node;
    }

    private void Answer(RaftNode node, ulong from, ulong term) => _contact.Receive(
        node,
        new RaftMessage
        {
            Type = RaftMessageType.HeartbeatResponse, From = new MemberId(from), To = Self, Term = term,
        });

    private void Tick(RaftNode node, int times)
    {
        for (int i = 0; i < times; i++)
        {
            node.Tick();
            _contact.Tick(Self, node);
            Drain(node);
        }
    }

    private static void Drain(RaftNode node)
    {
        while (!node.Effects.IsEmpty)
        {
            AppendEffect? append = node.Effects.Append;
            node.Effects.Clear();
            if (append is { } written)
            {
                node.AppendCompleted(written.Id);
            }
        }
    }
}
