using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>What a member makes of messages about the membership, and what a leader learns of its members.</summary>
public sealed class MembershipTests
{
    [Fact]
    public void The_format_of_the_cluster_is_the_lowest_among_the_members_and_follows_what_they_say()
    {
        LoneNode lone = new();
        lone.BecomeLeader();
        Acknowledge(lone, 2, version: 1);
        Assert.Equal(1U, lone.Node.Configuration.FormatVersion);

        lone.Node.Tick();
        lone.Drain();
        Acknowledge(lone, 2, version: 3);
        Acknowledge(lone, 3, version: 2);
        Acknowledge(lone, 2, version: 3);
        lone.Node.Tick();
        lone.Drain();

        Assert.Equal([1U, 3U, 2U], lone.Node.Configuration.Members.Select(member => member.FormatVersion));
        Assert.Equal(1U, lone.Node.Configuration.FormatVersion);
        Assert.Equal(2UL, lone.Node.ConfigurationIndex);
    }

    [Fact]
    public void A_format_that_is_not_known_counts_as_the_first()
    {
        ClusterConfiguration configuration = new()
        {
            Voters = [new MemberId(1), new MemberId(2)],
            Members =
            [
                new ClusterMember(new MemberId(1), "", FormatVersion: 4), new ClusterMember(new MemberId(2), ""),
            ],
        };

        Assert.Equal(1U, configuration.FormatVersion);
        Assert.Equal(1U, new ClusterConfiguration().FormatVersion);
    }

    [Fact]
    [Trait("Scenario", "17")]
    public void A_reply_that_only_reports_a_term_acknowledges_nothing_at_a_leader_of_that_term()
    {
        LoneNode lone = new();
        lone.BecomeLeader();

        lone.Receive(2, new RaftMessage
        {
            Type = RaftMessageType.AppendResponse, Term = lone.Node.Term, Reject = true, Context = 2,
        });

        PeerStatus peer = lone.Node.Status.Peers.Single(peer => peer.Id == new MemberId(2));
        Assert.Equal((ProgressState.Probe, 0UL), (peer.State, peer.Match));
    }

    [Fact]
    [Trait("Scenario", "31")]
    public void A_member_believes_that_it_was_removed_only_by_a_later_configuration_than_it_knows_committed()
    {
        LoneNode lone = new(log: [1, 1, 1], term: 1);
        lone.Receive(2, Append(term: 1, index: 3, Configuration([1, 2, 3], term: 1, index: 4)) with { Commit = 4 });
        Assert.Equal(4UL, lone.Node.CommittedConfigurationIndex);

        lone.Receive(3, new RaftMessage { Type = RaftMessageType.MemberRemoved, Index = 4 });
        Assert.Equal(MembershipState.Member, lone.Node.Membership);

        lone.Receive(3, new RaftMessage { Type = RaftMessageType.MemberRemoved, Index = 5 });
        Assert.Equal(MembershipState.Removed, lone.Node.Membership);
    }

    [Fact]
    [Trait("Scenario", "31")]
    public void A_configuration_that_was_never_committed_does_not_keep_a_removed_member_from_knowing()
    {
        LoneNode lone = new(log: [1, 1, 1], term: 1);
        lone.Receive(2, Append(term: 1, index: 3, Configuration([1, 2, 3], term: 1, index: 4)));

        lone.Receive(3, new RaftMessage { Type = RaftMessageType.MemberRemoved, Index = 3 });

        Assert.Equal(MembershipState.Removed, lone.Node.Membership);
    }

    [Fact]
    [Trait("Scenario", "31")]
    public void A_joiner_does_not_believe_that_it_was_removed_and_never_campaigns()
    {
        RaftNode joiner = new(
            new RaftOptions { Id = new MemberId(9), Seed = 1 }, RecoveredLog.Empty, null, new ClusterConfiguration());

        joiner.Step(new RaftMessage
        {
            Type = RaftMessageType.MemberRemoved, From = new MemberId(2), To = new MemberId(9), Index = 5,
        });
        joiner.Campaign();
        for (int tick = 0; tick < 100; tick++)
        {
            joiner.Tick();
        }

        Assert.Equal((MembershipState.Joining, RaftRole.Follower), (joiner.Membership, joiner.Role));
        Assert.Empty(joiner.Effects.Messages);
        Assert.Empty(joiner.Peers);
    }

    [Fact]
    [Trait("Scenario", "31")]
    public void A_delayed_message_of_a_first_start_does_not_shut_a_member_out()
    {
        LoneNode lone = new();
        lone.BecomeLeader();
        lone.Acknowledge(2, 1);
        RaftMessage refusal = Assert.Single(lone.Receive(2, new RaftMessage
        {
            Type = RaftMessageType.AppendResponse, Term = lone.Node.Term, Reject = true, Context = 1, Index = 1,
        }));
        Assert.Equal(RaftMessageType.MemberRefused, refusal.Type);

        // The member holds the log, so it does not believe it; and the leader continues with it.
        LoneNode member = new(log: [1], term: 1);
        member.Receive(2, refusal);
        Assert.Equal(MembershipState.Member, member.Node.Membership);
        lone.Tick(1);
        lone.Receive(2, new RaftMessage { Type = RaftMessageType.HeartbeatResponse, Term = lone.Node.Term });
        lone.Acknowledge(2, 1);
        Assert.Equal(ProgressState.Replicate, lone.Node.Status.Peers[1].State);
    }

    [Fact]
    public void A_stranger_alone_does_not_make_a_member_believe_that_it_is_in_the_wrong_cluster()
    {
        LoneNode lone = new(members: 5, log: [1], term: 1);
        RaftMessage refusal = new() { Type = RaftMessageType.MemberRefused, Context = 2, ClusterId = 99 };

        for (int repetition = 0; repetition < 5; repetition++)
        {
            lone.Receive(2, refusal);
            lone.Receive(3, refusal);
            lone.Receive(17, refusal);
        }

        Assert.Equal(MembershipState.Member, lone.Node.Membership);
        lone.Receive(4, refusal);
        Assert.Equal(MembershipState.Refused, lone.Node.Membership);
        Assert.IsType<MembershipEnd.WrongCluster>(lone.Node.MembershipEnd);
    }

    [Fact]
    public void Messages_of_another_cluster_are_dropped_and_counted_and_answered_now_and_then()
    {
        LoneNode lone = new(log: [1], term: 1);
        RaftMessage foreign = new() { Type = RaftMessageType.Append, Term = 9, ClusterId = 99 };

        RaftMessage answer = Assert.Single(lone.Receive(2, foreign));
        Assert.Equal((RaftMessageType.MemberRefused, 2UL), (answer.Type, answer.Context));
        Assert.Empty(lone.Receive(2, foreign));
        Assert.Equal((1UL, 2L), (lone.Node.Term, lone.Node.ForeignMessages));
    }

    [Fact]
    [Trait("Scenario", "28")]
    public void A_snapshot_with_another_configuration_than_the_one_of_its_index_is_not_taken()
    {
        LoneNode lone = new(members: 1);
        lone.BecomeLoneLeader();
        lone.Node.Change(ConfigurationChange.AddLearner(new MemberEndpoint(new MemberId(2), "m2")));
        lone.Drain();
        ClusterConfiguration before = lone.Node.ConfigurationAt(1)!;
        Assert.NotEqual(before, lone.Node.Configuration);

        Assert.Throws<InvariantViolationException>(
            () => lone.Node.SnapshotTaken(new SnapshotMetadata(new LogPosition(1, 1), lone.Node.Configuration), 10));
        lone.Node.SnapshotTaken(new SnapshotMetadata(new LogPosition(1, 1), before), 10);
        lone.Node.SnapshotTaken(new SnapshotMetadata(new LogPosition(2, 1), lone.Node.Configuration), 10);
    }

    [Fact]
    public void A_configuration_that_shares_no_majority_with_the_one_before_stops_the_member()
    {
        LoneNode lone = new(log: [1], term: 1);
        lone.Receive(2, Append(1, 1, Configuration([1, 2, 3], 1, 2)));

        Assert.Throws<InvariantViolationException>(
            () => lone.Receive(2, Append(1, 2, Configuration([1, 4, 5], 1, 3))));
    }

    [Fact]
    public void A_learner_is_caught_up_when_its_last_round_was_shorter_than_an_election_timeout()
    {
        CatchUpRounds rounds = default;
        rounds.Observe(0, match: 0, lastIndex: 100, timeout: 10);
        rounds.Observe(11, match: 99, lastIndex: 200, timeout: 10);
        Assert.False(rounds.IsCaughtUp);
        rounds.Observe(12, match: 100, lastIndex: 200, timeout: 10);
        Assert.False(rounds.IsCaughtUp);
        rounds.Observe(20, match: 200, lastIndex: 300, timeout: 10);
        Assert.True(rounds.IsCaughtUp);
        rounds.Observe(31, match: 250, lastIndex: 400, timeout: 10);
        Assert.False(rounds.IsCaughtUp);
    }

    private static void Acknowledge(LoneNode lone, ulong from, uint version) => lone.Receive(from, new RaftMessage
    {
        Type = RaftMessageType.AppendResponse,
        Term = lone.Node.Term,
        Index = lone.Node.LastIndex,
        FormatVersion = version,
    });

    private static LogEntry Configuration(ulong[] voters, ulong term, ulong index) => new(
        index, term, LogEntryKind.Configuration, ClusterConfigurationCodec.Encode(ConfigurationText.Settled(voters)));

    private static RaftMessage Append(ulong term, ulong index, params LogEntry[] entries) => new()
    {
        Type = RaftMessageType.Append, Term = term, Index = index, LogTerm = term, Entries = entries,
    };
}
