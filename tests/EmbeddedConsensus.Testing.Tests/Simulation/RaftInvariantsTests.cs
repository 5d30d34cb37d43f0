using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Checking;

namespace EmbeddedConsensus.Testing.Tests.Simulation;

/// <summary>Each property of figure 3 of the Raft paper, broken by hand.</summary>
public sealed class RaftInvariantsTests
{
    private static readonly MemberId One = new(1);
    private static readonly MemberId Two = new(2);

    private readonly RaftInvariants _invariants = new(new SimulationStatistics());

    [Fact]
    public void Election_Safety_is_broken_by_two_leaders_in_a_term()
    {
        Lead(One, term: 2, commit: 0, LogOf());
        AssertBroken("Election Safety", () => Lead(Two, term: 2, commit: 0, LogOf()));
    }

    [Fact]
    [Trait("Scenario", "1")]
    public void Election_Safety_is_broken_by_two_votes_in_a_term()
    {
        RaftMessage vote = new() { Type = RaftMessageType.VoteResponse, From = One, To = Two, Term = 3 };
        _invariants.OnSend(vote);
        _invariants.OnSend(vote with { Term = 4, To = new MemberId(3) });
        AssertBroken("Election Safety", () => _invariants.OnSend(vote with { To = new MemberId(3) }));
    }

    [Fact]
    public void Leader_AppendOnly_is_broken_by_a_leader_that_overwrites_its_log()
    {
        LogMirror mirror = LogOf(1, 2);
        AssertBroken("Leader Append-Only",
            () => _invariants.OnAppend(One, isLeader: true, term: 2, mirror, [Entry(index: 2, term: 2, data: 9)]));
    }

    [Fact]
    public void Log_Matching_is_broken_by_different_entries_of_one_index_and_term()
    {
        _invariants.OnAppend(One, isLeader: false, term: 1, LogOf(), [Entry(index: 1, term: 1, data: 1)]);
        AssertBroken("Log Matching",
            () => _invariants.OnAppend(Two, isLeader: false, term: 1, LogOf(), [Entry(index: 1, term: 1, data: 2)]));
    }

    [Fact]
    public void Log_Matching_is_broken_by_equal_entries_after_different_ones()
    {
        _invariants.OnAppend(One, isLeader: false, term: 3, LogOf(1), [Entry(index: 2, term: 3, data: 1)]);
        AssertBroken("Log Matching",
            () => _invariants.OnAppend(Two, isLeader: false, term: 3, LogOf(2), [Entry(index: 2, term: 3, data: 1)]));
    }

    [Fact]
    public void Leader_Completeness_is_broken_by_a_leader_that_lacks_a_committed_entry()
    {
        Lead(One, term: 1, commit: 2, LogOf(1, 1));
        AssertBroken("Leader Completeness", () => Lead(Two, term: 2, commit: 0, LogOf(1)));
    }

    [Fact]
    [Trait("Scenario", "4")]
    public void The_Commit_Rule_is_broken_by_a_leader_that_counts_replicas_of_an_entry_of_an_older_term()
    {
        ConsensusView before = new(One, true, 3, 0, 0, 0, 0);
        AssertBroken("Commit Rule",
            () => _invariants.OnTurn(before, before with { Commit = 2 }, LogOf(1, 2), HeldBy(One, Two)));
    }

    [Fact]
    [Trait("Scenario", "2")]
    public void Durability_is_broken_by_a_commit_that_a_minority_holds()
    {
        ConsensusView before = new(One, true, 1, 0, 0, 0, 0);
        AssertBroken("Durability",
            () => _invariants.OnTurn(before, before with { Commit = 1 }, LogOf(1), HeldBy(One)));
    }

    [Fact]
    public void Monotonicity_is_broken_by_a_commit_index_that_falls()
    {
        ConsensusView before = new(One, false, 1, 5, 4, 0, 0);
        AssertBroken(
            "Monotonicity",
            () => _invariants.OnTurn(before, before with { Commit = 4 }, LogOf(), HeldBy(One, Two)));
    }

    [Fact]
    public void Linearizability_is_broken_by_a_read_of_an_older_state_than_was_seen()
    {
        RealTimeOrder order = new();
        order.Acknowledged(index: 7, revision: 5);
        RealTimeOrder.Check("a read", index: 7, order.SeenIndex);
        AssertBroken("Linearizability", () => RealTimeOrder.Check("a read", index: 6, order.SeenIndex));
    }

    [Fact]
    public void Election_Safety_is_broken_by_a_leader_without_the_votes_of_a_majority() =>
        AssertBroken("Election Safety", () => _invariants.OnTurn(
            default, new ConsensusView(One, true, 2, 0, 0, 0, 0), LogOf(), HeldBy(One, Two)));

    [Fact]
    [Trait("Scenario", "26")]
    [Trait("Scenario", "27")]
    public void A_joint_configuration_needs_both_majorities_to_elect_and_to_commit()
    {
        ClusterConfiguration joint = Voters(1, 2, 3) with { OutgoingVoters = [new(4), new(5), new(6)] };
        QuorumView held = HeldBy(One, Two) with { Before = joint, Now = joint };
        Vote(Two, One, term: 2);
        AssertBroken("Election Safety",
            () => _invariants.OnTurn(default, new ConsensusView(One, true, 2, 0, 0, 0, 0), LogOf(), held));
        Vote(new MemberId(4), One, term: 3);
        Vote(new MemberId(5), One, term: 3);
        Vote(Two, One, term: 3);
        ConsensusView leader = new(One, true, 3, 0, 0, 0, 0);
        _invariants.OnTurn(default, leader, LogOf(3), held);
        AssertBroken("Durability", () => _invariants.OnTurn(leader, leader with { Commit = 1 }, LogOf(3), held));
    }

    private void Lead(MemberId id, ulong term, ulong commit, LogMirror mirror)
    {
        Vote(id == One ? Two : One, id, term);
        Vote(new MemberId(3), id, term);
        _invariants.OnTurn(default, new ConsensusView(id, true, term, commit, 0, 0, 0), mirror, HeldBy(One, Two));
    }

    // Unless the member has already voted for another candidate.
    private void Vote(MemberId voter, MemberId candidate, ulong term)
    {
        try
        {
            _invariants.OnSend(new RaftMessage
            {
                Type = RaftMessageType.VoteResponse, From = voter, To = candidate, Term = term,
            });
        }
        catch (SimulationFailedException exception)
        {
            Assert.Equal("Election Safety", exception.Invariant);
        }
    }

    private static QuorumView HeldBy(params MemberId[] holders) =>
        new(Voters(1, 2, 3), Voters(1, 2, 3), (member, _) => holders.Contains(member));

    private static ClusterConfiguration Voters(params ulong[] ids) =>
        ClusterConfiguration.OfVoters(ids.Select(id => new MemberId(id)));

    private static LogMirror LogOf(params ulong[] terms)
    {
        List<TermStart> runs = [];
        for (int i = 0; i < terms.Length; i++)
        {
            if (i == 0 || terms[i] != terms[i - 1])
            {
                runs.Add(new TermStart((ulong)i + 1, terms[i]));
            }
        }

        return new LogMirror(new RecoveredLog(default, default, (ulong)terms.Length, runs), default);
    }

    private static LogEntry Entry(ulong index, ulong term, byte data) =>
        new(index, term, LogEntryKind.Command, new byte[] { data });

    private static void AssertBroken(string invariant, Action action) =>
        Assert.Equal(invariant, Assert.Throws<SimulationFailedException>(action).Invariant);
}
