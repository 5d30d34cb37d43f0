using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>What a founder has to hear from the others before it takes part in an election.</summary>
[Trait("Case", "T1")]
public sealed class FoundingTests
{
    private const ulong Strangers = 77;

    private static readonly ClusterConfiguration Founders = ConfigurationText.New([1, 2, 3]);
    private static readonly ulong List = FoundingState.HashOf(Founders);

    [Fact]
    public void A_founder_without_the_others_reports_neither_campaigns_nor_votes()
    {
        RaftNode node = NewNode();

        Tick(node, 100);
        node.Campaign();
        node.Step(VoteRequest(index: 0));

        Assert.Equal(RaftRole.Follower, node.Role);
        Assert.All(Drain(node), message => Assert.True(message.Reject));
        Assert.True(node.IsAskingFounders);
    }

    [Fact]
    public void A_founder_pledges_itself_when_all_others_hold_nothing_and_agrees_when_all_are_pledged()
    {
        RaftNode node = NewNode();

        node.TakeReports([Empty(2)]);
        Assert.Equal(FoundingStage.Undecided, Stage(node));
        node.TakeReports([Empty(2), Empty(3)]);
        Assert.Equal(FoundingStage.Pledged, Stage(node));
        Tick(node, 100);
        Assert.Equal(RaftRole.Follower, node.Role);
        node.TakeReports([Empty(2) with { Stage = FoundingStage.Pledged }, Empty(3)]);
        Assert.Equal(FoundingStage.Pledged, Stage(node));
        node.TakeReports(
            [Empty(2) with { Stage = FoundingStage.Pledged }, Empty(3) with { Stage = FoundingStage.Pledged }]);

        Assert.Equal(FoundingStage.Agreed, Stage(node));
        Assert.False(node.IsAskingFounders);
        Tick(node, 100);
        Assert.Equal(RaftRole.PreCandidate, node.Role);
    }

    [Fact]
    public void A_founder_listens_for_an_election_timeout_before_it_pledges_itself()
    {
        RaftNode node = NewListener(default, 1, Founders);

        Tick(node, 9);
        node.TakeReports([Empty(2), Empty(3)]);
        Assert.Equal(FoundingStage.Undecided, Stage(node));
        Tick(node, 1);
        node.TakeReports([Empty(2), Empty(3)]);

        Assert.Equal(FoundingStage.Pledged, Stage(node));
    }

    [Fact]
    public void A_pledge_is_reported_when_it_is_durable_and_survives_a_restart()
    {
        RaftNode node = NewNode();
        node.TakeReports([Empty(2), Empty(3)]);

        AppendEffect append = node.Effects.Append!.Value;
        node.Effects.Clear();
        Assert.Equal(FoundingStage.Undecided, node.FounderReport.Stage);
        node.AppendCompleted(append.Id);
        Assert.Equal(FoundingStage.Pledged, node.FounderReport.Stage);

        RaftNode restarted = NewNode(append.HardState!.Value);
        Assert.Equal(new FounderReport(Id(1), List, FoundingStage.Pledged, true, 0), restarted.FounderReport);
        restarted.TakeReports([Empty(3) with { Stage = FoundingStage.Agreed }]);
        Assert.Equal(FoundingStage.Agreed, Stage(restarted));
    }

    /// <summary>Otherwise the cluster is founded, and counts a member as started whose disk holds nothing.</summary>
    [Fact]
    public void A_founder_agrees_only_when_its_own_pledge_is_durable()
    {
        RaftNode node = NewNode();
        FounderReport[] pledged =
            [Empty(2) with { Stage = FoundingStage.Pledged }, Empty(3) with { Stage = FoundingStage.Pledged }];
        node.TakeReports([Empty(2), Empty(3)]);
        AppendEffect pledge = node.Effects.Append!.Value;
        node.Effects.Clear();

        node.TakeReports(pledged);
        Tick(node, 100);
        Assert.Equal(RaftRole.Follower, node.Role);
        node.AppendCompleted(pledge.Id);
        node.TakeReports(pledged);
        Tick(node, 100);

        Assert.Equal(RaftRole.PreCandidate, node.Role);
    }

    [Fact]
    public void Reports_that_hold_something_or_name_another_list_or_come_from_strangers_let_no_founder_pledge_itself()
    {
        RaftNode node = NewNode();

        node.TakeReports([Empty(2), Empty(3) with { HoldsNothing = false }]);
        node.TakeReports([Empty(2), Empty(3) with { Founders = Strangers }]);
        node.TakeReports([Empty(2), Empty(4)]);
        node.TakeReports([Empty(1), Empty(2), Empty(2)]);

        Assert.Equal(FoundingStage.Undecided, Stage(node));
    }

    [Fact]
    public void A_pledge_spends_the_vote_of_the_highest_term_that_was_reported()
    {
        RaftNode node = NewNode();

        node.TakeReports([Empty(2) with { Term = 4 }, Empty(3)]);
        Drain(node);
        node.Step(VoteRequest(index: 0) with { Term = 4 });
        Assert.All(Drain(node), message => Assert.True(message.Reject));
        node.Step(VoteRequest(index: 0) with { Term = 5 });

        Assert.Contains(Drain(node), message => message is { Type: RaftMessageType.VoteResponse, Reject: false });
    }

    [Fact]
    public void A_pledged_founder_votes_by_the_common_rule_and_learns_of_the_agreement_from_a_candidate_without_a_log()
    {
        RaftNode node = NewNode();
        node.TakeReports([Empty(2), Empty(3)]);

        node.Step(VoteRequest(index: 5));
        Assert.Contains(Drain(node), message => message is { Type: RaftMessageType.VoteResponse, Reject: false });
        Assert.Equal(FoundingStage.Pledged, Stage(node));
        node.Step(VoteRequest(index: 0) with { Term = 8 });

        Assert.Equal(FoundingStage.Agreed, Stage(node));
    }

    [Fact]
    public void A_founder_that_is_alone_on_its_list_asks_no_member()
    {
        RaftNode node = NewNode(founders: ConfigurationText.New([1]));

        Assert.False(node.IsAskingFounders);
        node.Campaign();
        Drain(node);

        Assert.Equal(RaftRole.Leader, node.Role);
        Assert.Equal(FoundingStage.Agreed, node.FounderReport.Stage);
    }

    [Fact]
    [Trait("Scenario", "31")]
    public void A_member_without_entries_that_is_sent_a_configuration_in_which_it_has_started_has_lost_its_disk()
    {
        RaftNode node = NewNode();

        node.Step(new RaftMessage
        {
            Type = RaftMessageType.Append, From = Id(2), To = Id(1), Term = 1,
            Entries = new LogEntry[]
            {
                new(1, 1, LogEntryKind.Configuration, ClusterConfigurationCodec.Encode(
                    ConfigurationText.Settled([1, 2, 3]))),
            },
        });

        Assert.Equal(MembershipState.Refused, node.Membership);
        Assert.DoesNotContain(Drain(node), message => message.Type == RaftMessageType.AppendResponse);
    }

    [Fact]
    [Trait("Scenario", "31")]
    public void A_founder_that_a_leader_replicates_to_that_is_not_on_its_list_belongs_to_the_leaders_cluster()
    {
        RaftNode node = NewNode(founders: ConfigurationText.New([1]));

        node.Step(new RaftMessage
        {
            Type = RaftMessageType.Heartbeat, From = Id(2), To = Id(1), Term = 3, ClusterId = 0x77,
        });

        Assert.Equal(MembershipState.Refused, node.Membership);
        node.Campaign();
        Assert.Equal(RaftRole.Follower, node.Role);
    }

    [Fact]
    [Trait("Scenario", "31")]
    public void A_pledged_founder_takes_part_in_the_cluster_of_its_founders_and_in_no_other()
    {
        RaftNode node = NewNode();
        node.TakeReports([Empty(2), Empty(3)]);
        Drain(node);
        ulong own = FoundingState.NewClusterId(7, Founders);
        ulong other = FoundingState.NewClusterId(7, ConfigurationText.New([1, 4, 5]));

        node.Step(VoteRequest(index: 5) with { From = Id(6), ClusterId = other });
        Assert.Empty(Drain(node));
        node.Step(VoteRequest(index: 5) with { From = Id(6), ClusterId = own });
        Assert.False(Assert.Single(Drain(node)).Reject);
        node.Step(new RaftMessage
        {
            Type = RaftMessageType.Heartbeat, From = Id(6), To = Id(1), Term = 7, ClusterId = own,
        });
        Assert.Equal(MembershipState.Member, node.Membership);
        node.Step(new RaftMessage
        {
            Type = RaftMessageType.Heartbeat, From = Id(6), To = Id(1), Term = 8, ClusterId = other,
        });

        Assert.Equal(MembershipState.Refused, node.Membership);
    }

    /// <summary>Founders 1 to 3 grew to five voters. Members 1 and 2, a majority of the list that they were first
    /// started with, lose their disks at the same time.</summary>
    [Fact]
    [Trait("Scenario", "31")]
    public void A_majority_of_the_founders_that_lost_its_disks_does_not_found_another_cluster()
    {
        RaftNode first = NewNode();
        RaftNode second = NewNode(id: 2);

        for (int round = 0; round < 50; round++)
        {
            Tick(first, 3);
            Tick(second, 5);
            first.TakeReports([second.FounderReport, Empty(3) with { HoldsNothing = false, Term = 7 }]);
            second.TakeReports([first.FounderReport]);
            foreach (RaftMessage message in Drain(first).Concat(Drain(second)))
            {
                (message.To == Id(1) ? first : second).Step(message);
            }
        }

        Assert.Equal((RaftRole.Follower, 0UL), (first.Role, first.Term));
        Assert.Equal((RaftRole.Follower, 0UL), (second.Role, second.Term));
    }

    [Theory]
    [InlineData(2UL)]
    [InlineData(0UL)]
    [Trait("Scenario", "1")]
    public void A_node_does_not_begin_on_the_disk_of_another_member_or_on_one_that_does_not_say_whose_it_is(ulong owner)
    {
        NewNode(new HardState(1, Id(3), 0, Id(1)));
        Assert.Throws<InvariantViolationException>(() => NewNode(new HardState(1, Id(3), 0, Id(owner))));
    }

    private static MemberId Id(ulong id) => new(id);

    private static FounderReport Empty(ulong from) => new(Id(from), List, FoundingStage.Undecided, true, 0);

    private static RaftMessage VoteRequest(ulong index) => new()
    {
        Type = RaftMessageType.Vote, From = Id(2), To = Id(1), Term = 7, Index = index, LogTerm = Math.Min(index, 1),
    };

    /// <summary>A node that has listened long enough to pledge itself.</summary>
    private static RaftNode NewNode(HardState state = default, ulong id = 1, ClusterConfiguration? founders = null)
    {
        RaftNode node = NewListener(state, id, founders ?? Founders);
        Tick(node, 10);
        return node;
    }

    private static RaftNode NewListener(HardState state, ulong id, ClusterConfiguration founders) => new(
        new RaftOptions { Id = Id(id), Seed = id, ElectionTicks = 10 }, new RecoveredLog(state, default, 0, []),
        snapshot: null, founders);

    /// <summary>How far the node has come, once everything is durable.</summary>
    private static FoundingStage Stage(RaftNode node)
    {
        Drain(node);
        return node.FounderReport.Stage;
    }

    private static void Tick(RaftNode node, int ticks)
    {
        for (int tick = 0; tick < ticks; tick++)
        {
            node.Tick();
        }
    }

    private static List<RaftMessage> Drain(RaftNode node)
    {
        List<RaftMessage> sent = [];
        while (!node.Effects.IsEmpty)
        {
            AppendEffect? append = node.Effects.Append;
            sent.AddRange(node.Effects.Messages);
            node.Effects.Clear();
            if (append is { } issued)
            {
                node.AppendCompleted(issued.Id);
            }
        }

        return sent;
    }
}
