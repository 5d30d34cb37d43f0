using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft.Leases;

/// <summary>What a member promises by the answer to a heartbeat, and how long it keeps it.</summary>
public sealed class LeasePromiseTests
{
    private const int ElectionTicks = 10;

    private static readonly MemberId Self = new(1);
    private static readonly MemberId Leader = new(2);
    private static readonly MemberId Candidate = new(3);

    [Fact]
    [Trait("Scenario", "9")]
    public void Ticks_of_the_turn_in_which_the_leader_was_heard_do_not_count()
    {
        RaftNode node = Start(term: 1);
        Ticks(node, ElectionTicks - 1);
        node.Step(Heartbeat(term: 1));

        // The thread was held up: these stand for time before the heartbeat was taken, or even sent.
        for (int i = 0; i < 5; i++)
        {
            node.Tick();
        }

        Drain(node);
        Ticks(node, ElectionTicks - 1);
        Assert.Empty(AskForVote(node));
        Ticks(node, 1);
        Assert.Single(AskForVote(node));
    }

    [Fact]
    [Trait("Scenario", "9")]
    public void An_answer_states_the_promise_on_the_own_clock()
    {
        RaftNode node = Start(term: 1, promised: 450_000);

        Assert.Equal(450_000UL, Answer(node, Heartbeat(term: 1)).Index);
    }

    [Fact]
    public void A_heartbeat_that_names_no_round_gets_no_promise()
    {
        RaftNode node = Start(term: 1);

        Assert.Equal(0UL, Answer(node, Heartbeat(term: 1) with { Context = 0 }).Index);
    }

    [Fact]
    [Trait("Scenario", "9")]
    public void A_new_member_promises_nothing_before_its_disk_shows_that_it_is_not_new()
    {
        RaftNode node = Start(term: 0);
        node.Step(Heartbeat(term: 1));
        RaftEffects effects = node.Effects;
        Assert.Equal(0UL, Assert.Single(effects.Messages).Index);
        ulong append = effects.Append!.Value.Id;
        effects.Clear();

        node.AppendCompleted(append);
        Drain(node);
        Assert.NotEqual(0UL, Answer(node, Heartbeat(term: 1)).Index);
    }

    [Fact]
    public void A_new_member_votes_at_once()
    {
        RaftNode node = Start(term: 0);

        Assert.Single(AskForVote(node));
    }

    [Fact]
    [Trait("Scenario", "9")]
    public void A_campaign_that_the_leader_asked_for_gets_a_promised_vote()
    {
        RaftNode node = Start(term: 1);
        Answer(node, Heartbeat(term: 1));
        node.Step(new RaftMessage
        {
            Type = RaftMessageType.Vote, From = Candidate, To = Self, Term = 2, Context = 1,
        });

        Assert.Contains(Drain(node), message => message is { Type: RaftMessageType.VoteResponse, Reject: false });
    }

    [Fact]
    [Trait("Case", "T12")]
    public void A_shorter_election_timeout_does_not_shorten_what_was_promised_before_the_restart()
    {
        RaftNode node = Start(term: 1, promised: 450_000, electionTicks: 2);

        // Ten ticks stand for at least nine intervals.
        Ticks(node, ElectionTicks - 1);
        Assert.Equal(RaftRole.Follower, node.Role);
        Assert.Empty(AskForVote(node));
        Ticks(node, 1);
        Assert.Equal(RaftRole.PreCandidate, node.Role);
        Assert.Single(AskForVote(node));
    }

    [Fact]
    [Trait("Case", "T12")]
    public void A_longer_promise_is_stated_once_it_is_durable()
    {
        RaftNode node = Start(term: 1, promised: 450_000, electionTicks: 2 * ElectionTicks);
        node.Step(Heartbeat(term: 1));
        RaftEffects effects = node.Effects;
        Assert.Equal(0UL, Assert.Single(effects.Messages).Index);
        AppendEffect append = effects.Append!.Value;
        effects.Clear();
        Assert.Equal(950_000UL, append.HardState!.Value.PromisedMicroseconds);

        node.AppendCompleted(append.Id);
        Drain(node);
        Assert.Equal(950_000UL, Answer(node, Heartbeat(term: 1)).Index);
    }

    [Fact]
    [Trait("Case", "T12")]
    public void A_promise_that_has_run_out_is_not_kept_by_later_restarts()
    {
        RaftNode node = Start(term: 1, promised: 450_000, electionTicks: 2);
        Ticks(node, ElectionTicks - 2);
        node.Step(Heartbeat(term: 2));
        Assert.Equal(450_000UL, WrittenPromise(node));

        Ticks(node, 2);
        node.Step(Heartbeat(term: 3));
        Assert.Equal(50_000UL, WrittenPromise(node));
    }

    private static ulong WrittenPromise(RaftNode node)
    {
        AppendEffect append = node.Effects.Append!.Value;
        node.Effects.Clear();
        node.AppendCompleted(append.Id);
        return append.HardState!.Value.PromisedMicroseconds;
    }

    private static RaftNode Start(ulong term, ulong promised = 0, int electionTicks = ElectionTicks) => new(
        new RaftOptions
        {
            Id = Self, Seed = 1, ElectionTicks = electionTicks, TickInterval = TimeSpan.FromMilliseconds(50),
        },
        new RecoveredLog(
            new HardState(term, MemberId.None, 0, Self, PromisedMicroseconds: promised), default, 0, []),
        snapshot: null,
        ClusterConfiguration.OfVoters(Self, Leader, Candidate) with { ClusterId = 1 });

    private static RaftMessage Heartbeat(ulong term) =>
        new() { Type = RaftMessageType.Heartbeat, From = Leader, To = Self, Term = term, Context = 7 };

    private static RaftMessage Answer(RaftNode node, RaftMessage heartbeat)
    {
        node.Step(heartbeat);
        return Assert.Single(Drain(node));
    }

    private static List<RaftMessage> AskForVote(RaftNode node)
    {
        node.Step(new RaftMessage { Type = RaftMessageType.PreVote, From = Candidate, To = Self, Term = 5 });
        return Drain(node).FindAll(message => message.Type == RaftMessageType.PreVoteResponse);
    }

    private static void Ticks(RaftNode node, int count)
    {
        for (int i = 0; i < count; i++)
        {
            node.Tick();
            Drain(node);
        }
    }

    private static List<RaftMessage> Drain(RaftNode node)
    {
        List<RaftMessage> messages = [];
        while (!node.Effects.IsEmpty)
        {
            RaftEffects effects = node.Effects;
            messages.AddRange(effects.Messages);
            AppendEffect? append = effects.Append;
            effects.Clear();
            if (append is { } write)
            {
                node.AppendCompleted(write.Id);
            }
        }

        return messages;
    }
}
