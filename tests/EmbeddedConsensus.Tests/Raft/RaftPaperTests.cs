using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>The statements of the Raft paper (extended version), by section.</summary>
public sealed class RaftPaperTests
{
    // 5.1: if one server's current term is smaller than the other's, it updates its term; a candidate or leader that
    // finds its term out of date reverts to follower.
    [Theory]
    [InlineData(RaftRole.Follower)]
    [InlineData(RaftRole.Candidate)]
    [InlineData(RaftRole.Leader)]
    public void Section_5_1_A_server_with_a_smaller_term_takes_the_larger_one_and_follows(object role)
    {
        LoneNode lone = InRole((RaftRole)role);

        lone.Receive(2, new RaftMessage { Type = RaftMessageType.Append, Term = 7 });

        Assert.Equal((RaftRole.Follower, 7UL), (lone.Node.Role, lone.Node.Term));
        Assert.Equal(new MemberId(2), lone.Node.Leader);
    }

    // 5.1: a server that receives a request with a stale term rejects it.
    [Fact]
    public void Section_5_1_A_request_with_a_stale_term_changes_nothing()
    {
        LoneNode lone = new(term: 3, log: [1]);

        List<RaftMessage> answers = lone.Receive(2, new RaftMessage
        {
            Type = RaftMessageType.Append,
            Term = 2,
            Index = 1,
            LogTerm = 1,
            Entries = LoneNode.Entries(2, 2),
            Commit = 2,
        });

        Assert.Empty(answers);
        Assert.Equal((3UL, 1UL, 0UL), (lone.Node.Term, lone.Node.Status.LastIndex, lone.Node.CommitIndex));
    }

    // 5.2: a follower that receives no communication over the election timeout begins an election: it increments its
    // term, votes for itself and asks all others in parallel.
    [Fact]
    public void Section_5_2_A_follower_that_hears_nothing_campaigns()
    {
        LoneNode lone = new(members: 3, term: 1);

        List<RaftMessage> messages = lone.Tick(20);

        Assert.Equal((RaftRole.Candidate, 2UL), (lone.Node.Role, lone.Node.Term));
        Assert.Equal(new MemberId(1), lone.Node.Status.Vote);
        Assert.Equal([2UL, 3UL], messages.Select(message => message.To.Value));
        Assert.All(messages, message => Assert.Equal((RaftMessageType.Vote, 2UL), (message.Type, message.Term)));
    }

    // 5.2: a candidate wins with votes from a majority of the full cluster; each server votes for at most one
    // candidate.
    [Theory]
    [InlineData(1, 0, 0, RaftRole.Leader)]
    [InlineData(3, 1, 0, RaftRole.Leader)]
    [InlineData(3, 0, 1, RaftRole.Candidate)]
    [InlineData(3, 0, 2, RaftRole.Follower)]
    [InlineData(5, 2, 2, RaftRole.Leader)]
    [InlineData(5, 1, 0, RaftRole.Candidate)]
    [InlineData(5, 1, 3, RaftRole.Follower)]
    public void Section_5_2_A_majority_of_the_full_cluster_elects(int members, int granted, int refused, object outcome)
    {
        LoneNode lone = new(members);
        lone.Node.Campaign();
        lone.Drain();

        for (int i = 0; i < granted + refused; i++)
        {
            lone.Receive((ulong)i + 2, new RaftMessage
            {
                Type = RaftMessageType.VoteResponse, Term = 1, Reject = i >= granted,
            });
        }

        Assert.Equal((RaftRole)outcome, lone.Node.Role);
    }

    [Fact]
    public void Section_5_2_A_server_votes_for_one_candidate_in_a_term()
    {
        LoneNode lone = new();
        RaftMessage request = new() { Type = RaftMessageType.Vote, Term = 1 };

        Assert.False(Assert.Single(lone.Receive(2, request)).Reject);
        Assert.True(Assert.Single(lone.Receive(3, request)).Reject);
        Assert.False(Assert.Single(lone.Receive(2, request)).Reject);
    }

    // 5.2: a candidate that receives an append from a leader of its term recognises it.
    [Fact]
    public void Section_5_2_A_candidate_follows_the_leader_of_its_term()
    {
        LoneNode lone = InRole(RaftRole.Candidate);

        lone.Receive(3, new RaftMessage { Type = RaftMessageType.Append, Term = 1 });

        Assert.Equal((RaftRole.Follower, new MemberId(3)), (lone.Node.Role, lone.Node.Leader));
    }

    // 5.2: leaders send periodic heartbeats.
    [Fact]
    public void Section_5_2_A_leader_sends_heartbeats()
    {
        LoneNode lone = InRole(RaftRole.Leader);

        List<RaftMessage> messages = lone.Tick(3);

        Assert.Equal(6, messages.Count(message => message.Type == RaftMessageType.Heartbeat));
    }

    // 5.2: election timeouts are chosen randomly from a fixed interval.
    [Fact]
    public void Section_5_2_Election_timeouts_spread_over_the_interval()
    {
        int[] timeouts = [.. Enumerable.Range(0, 400).Select(seed =>
        {
            LoneNode lone = new(seed: (ulong)seed);
            int ticks = 0;
            while (lone.Node.Role == RaftRole.Follower)
            {
                lone.Tick(1);
                ticks++;
            }

            return ticks;
        })];

        Assert.Equal((10, 19), (timeouts.Min(), timeouts.Max()));
        Assert.All(timeouts.GroupBy(ticks => ticks), same => Assert.InRange(same.Count(), 15, 80));
    }

    // 5.3: the leader appends the command, sends it to all others in parallel, and applies it once it is safely
    // replicated, which is when a majority stores it.
    [Theory]
    [InlineData(3, 1)]
    [InlineData(5, 2)]
    [InlineData(7, 3)]
    public void Section_5_3_An_entry_commits_when_a_majority_stores_it(int members, int others)
    {
        LoneNode lone = new(members);
        lone.Node.Campaign();
        lone.Drain();
        for (int id = 2; id <= others + 1; id++)
        {
            lone.Receive((ulong)id, new RaftMessage { Type = RaftMessageType.VoteResponse, Term = 1 });
        }

        for (int id = 2; id <= others; id++)
        {
            lone.Acknowledge((ulong)id, 1);
        }

        Assert.Equal(0UL, lone.Node.CommitIndex);
        lone.Acknowledge((ulong)others + 1, 1);
        Assert.Equal(1UL, lone.Node.CommitIndex);
        Assert.Equal(1UL, Assert.Single(lone.Applies).LastIndex);
    }

    // 5.3: committing an entry commits all preceding entries, also those of earlier leaders.
    [Fact]
    public void Section_5_3_A_commit_covers_all_preceding_entries()
    {
        LoneNode lone = new(term: 2, log: [1, 2, 2]);
        lone.BecomeLeader();

        lone.Acknowledge(2, 4);

        Assert.Equal(4UL, lone.Node.CommitIndex);
        Assert.Equal([(1UL, 3UL), (4UL, 4UL)], lone.Applies.Select(page => (page.FirstIndex, page.LastIndex)));
    }

    // 5.3: the consistency check: index and term of the entry before must be there.
    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1, 1, false)]
    [InlineData(2, 2, false)]
    [InlineData(2, 1, true)]
    [InlineData(3, 3, true)]
    public void Section_5_3_An_append_must_follow_an_existing_entry(ulong index, ulong term, bool isRefused)
    {
        LoneNode lone = new(term: 2, log: [1, 2]);

        RaftMessage answer = Assert.Single(lone.Receive(2, new RaftMessage
        {
            Type = RaftMessageType.Append, Term = 3, Index = index, LogTerm = term,
        }));

        Assert.Equal((RaftMessageType.AppendResponse, isRefused), (answer.Type, answer.Reject));
    }

    // 5.3: conflicting entries are overwritten; existing entries are kept, with all after them.
    [Theory]
    [InlineData(2, 2, new ulong[] { 3 }, new ulong[] { 1, 2, 3 })]
    [InlineData(1, 1, new ulong[] { 3, 4 }, new ulong[] { 1, 3, 4 })]
    [InlineData(0, 0, new ulong[] { 1 }, new ulong[] { 1, 2 })]
    [InlineData(0, 0, new ulong[] { 3 }, new ulong[] { 3 })]
    public void Section_5_3_A_follower_takes_over_the_leaders_log(
        ulong index, ulong term, ulong[] sent, ulong[] expected)
    {
        LoneNode lone = new(term: 2, log: [1, 2]);

        lone.Receive(2, new RaftMessage
        {
            Type = RaftMessageType.Append, Term = 4, Index = index, LogTerm = term,
            Entries = LoneNode.Entries(index + 1, sent),
        });

        ulong last = lone.Node.Status.LastIndex;
        Assert.Equal(expected, Enumerable.Range(1, (int)last).Select(i => lone.Node.TermAt((ulong)i)!.Value));
    }

    // 5.4.1: a vote is refused if the voter's log is more up to date: by the last term, then by the length.
    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(2, 1, true)]
    [InlineData(3, 1, true)]
    [InlineData(1, 2, true)]
    [InlineData(2, 2, false)]
    [InlineData(3, 2, false)]
    [InlineData(1, 3, false)]
    public void Section_5_4_1_A_vote_needs_an_up_to_date_log(ulong index, ulong term, bool isRefused)
    {
        LoneNode lone = new(term: 2, log: [1, 2]);

        RaftMessage answer = Assert.Single(lone.Receive(2, new RaftMessage
        {
            Type = RaftMessageType.Vote, Term = 3, Index = index, LogTerm = term,
        }));

        Assert.Equal((RaftMessageType.VoteResponse, isRefused), (answer.Type, answer.Reject));
    }

    // 5.4.2: only entries of the leader's current term are committed by counting replicas.
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 3)]
    [Trait("Scenario", "4")]
    public void Section_5_4_2_Only_entries_of_the_current_term_commit_by_counting(ulong acknowledged, ulong commit)
    {
        LoneNode lone = new(term: 2, log: [1, 2]);
        lone.BecomeLeader();

        lone.Acknowledge(2, acknowledged);

        Assert.Equal(commit, lone.Node.CommitIndex);
    }

    // 5.5: requests are idempotent; a retried append that the log already has is simply acknowledged again.
    [Fact]
    [Trait("Scenario", "12")]
    public void Section_5_5_A_repeated_append_is_acknowledged_again()
    {
        LoneNode lone = new();
        RaftMessage append = new()
        {
            Type = RaftMessageType.Append, Term = 1, Entries = LoneNode.Entries(1, 1, 1),
        };

        Assert.Equal(2UL, Assert.Single(lone.Receive(2, append)).Index);
        Assert.Equal(2UL, Assert.Single(lone.Receive(2, append)).Index);
        Assert.Equal(2UL, lone.Node.Status.LastIndex);
    }

    // 8: a leader commits a no-op at the start of its term before it serves reads.
    [Fact]
    [Trait("Scenario", "6")]
    public void Section_8_A_leader_serves_no_read_before_its_no_op_commits()
    {
        LoneNode lone = InRole(RaftRole.Leader);
        lone.Node.ReadIndex(5);
        Assert.Empty(lone.Drain());

        List<RaftMessage> round = lone.Acknowledge(2, 1);
        ulong id = round.First(message => message.Type == RaftMessageType.Heartbeat).Context;
        Assert.Empty(lone.Reads);
        lone.Receive(2, new RaftMessage { Type = RaftMessageType.HeartbeatResponse, Term = 1, Context = id });

        Assert.Equal([new ReadIndexResult(5, true, 1)], lone.Reads);
    }

    private static LoneNode InRole(RaftRole role)
    {
        LoneNode lone = new();
        if (role == RaftRole.Leader)
        {
            lone.BecomeLeader();
        }
        else if (role == RaftRole.Candidate)
        {
            lone.Node.Campaign();
            lone.Drain();
        }

        return lone;
    }
}
