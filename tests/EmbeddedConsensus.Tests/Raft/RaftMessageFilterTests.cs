using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

public sealed class RaftMessageFilterTests
{
    [Fact]
    [Trait("Scenario", "12")]
    public void A_message_for_another_member_or_from_oneself_or_without_a_sender_changes_nothing()
    {
        LoneNode lone = new();
        RaftMessage append = new()
        {
            Type = RaftMessageType.Append, Term = 5, From = new MemberId(2), To = new MemberId(1),
        };

        lone.Node.Step(append with { To = new MemberId(3) });
        lone.Node.Step(append with { From = new MemberId(1) });
        lone.Node.Step(append with { From = MemberId.None });
        lone.Node.Step(append with { Term = 0 });

        Assert.Empty(lone.Drain());
        Assert.Equal(0UL, lone.Node.Term);
    }

    [Fact]
    [Trait("Scenario", "39")]
    public void A_term_that_no_cluster_reaches_is_not_taken_over()
    {
        LoneNode lone = new();
        const ulong Last = 1UL << 63;

        Assert.Empty(lone.Receive(2, new RaftMessage { Type = RaftMessageType.Vote, Term = ulong.MaxValue }));
        Assert.Empty(lone.Receive(2, new RaftMessage { Type = RaftMessageType.Append, Term = Last + 1 }));
        Assert.Equal(0UL, lone.Node.Term);
        lone.Receive(2, new RaftMessage { Type = RaftMessageType.Heartbeat, Term = Last });
        Assert.Equal(Last, lone.Node.Term);
    }

    [Fact]
    [Trait("Scenario", "12")]
    public void Acknowledgements_of_a_stranger_count_for_nothing()
    {
        LoneNode lone = new();
        lone.BecomeLeader();

        lone.Acknowledge(9, 1);

        Assert.Equal(0UL, lone.Node.CommitIndex);
    }

    [Fact]
    [Trait("Scenario", "12")]
    public void A_strangers_read_is_not_confirmed_and_its_proposals_are_turned_away()
    {
        LoneNode lone = new();
        lone.BecomeLeader();
        lone.Acknowledge(2, 1);

        Assert.Empty(lone.Receive(9, new RaftMessage { Type = RaftMessageType.ReadIndex, Context = 4 }));
        RaftMessage answer = Assert.Single(lone.Receive(9, new RaftMessage
        {
            Type = RaftMessageType.Propose, Entries = LoneNode.Entries(0, 0),
        }));

        Assert.Equal(RaftMessageType.ProposeRejected, answer.Type);
        Assert.Equal(1UL, lone.Node.Status.LastIndex);
    }

    public static TheoryData<string> MalformedAppends => ["gap", "term falls", "term above the sender's", "term zero"];

    [Theory]
    [MemberData(nameof(MalformedAppends))]
    public void A_malformed_append_is_dropped(string defect)
    {
        LoneNode lone = new();
        LogEntry[] entries = defect switch
        {
            "gap" => [.. LoneNode.Entries(1, 1), .. LoneNode.Entries(3, 1)],
            "term falls" => LoneNode.Entries(1, 2, 1),
            "term above the sender's" => LoneNode.Entries(1, 4),
            _ => LoneNode.Entries(1, 0),
        };

        Assert.Empty(lone.Receive(2, new RaftMessage { Type = RaftMessageType.Append, Term = 3, Entries = entries }));
        Assert.Equal(0UL, lone.Node.Status.LastIndex);
    }

    [Fact]
    public void Two_leaders_in_one_term_stop_the_node()
    {
        LoneNode lone = new();
        lone.Receive(2, new RaftMessage { Type = RaftMessageType.Append, Term = 1 });

        InvariantViolationException e = Assert.Throws<InvariantViolationException>(
            () => lone.Receive(3, new RaftMessage { Type = RaftMessageType.Append, Term = 1 }));

        Assert.Contains("Election Safety", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Scenario", "2")]
    public void A_commit_beyond_the_log_shows_that_acknowledged_entries_were_lost()
    {
        LoneNode lone = new(term: 1, log: [1]);

        InvariantViolationException e = Assert.Throws<InvariantViolationException>(
            () => lone.Receive(2, new RaftMessage { Type = RaftMessageType.Heartbeat, Term = 1, Commit = 2 }));

        Assert.Contains("lost", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("beyond the end")]
    [InlineData("not at the start")]
    [Trait("Scenario", "11")]
    public void A_piece_of_a_snapshot_that_cannot_be_used_begins_nothing(string defect)
    {
        LoneNode lone = new();
        SnapshotDescriptor snapshot = SnapshotMetadataCodec.Encode(
            new SnapshotMetadata(new LogPosition(5, 1), lone.Node.Status.Configuration));
        byte[] data = [1, 2, 3, 4];
        uint checksum = Crc32C.Compute(data);
        SnapshotChunk chunk = defect switch
        {
            "damaged" => new SnapshotChunk(snapshot, 10, 0, data, checksum + 1),
            "beyond the end" => new SnapshotChunk(snapshot, 3, 0, data, checksum),
            _ => new SnapshotChunk(snapshot, 10, 4, data, checksum),
        };

        lone.Node.Step(new RaftMessage
        {
            Type = RaftMessageType.SnapshotChunk, From = new MemberId(2), To = new MemberId(1), Term = 1, Chunk = chunk,
        });

        Assert.Empty(lone.Node.Effects.SnapshotReceives);
        Assert.All(lone.Node.Effects.Messages, answer => Assert.True(answer.Reject));
        Assert.Null(lone.Node.Effects.UnreadableSnapshot);
    }

    [Fact]
    [Trait("Scenario", "11")]
    public void A_snapshot_whose_metadata_is_of_another_version_is_ignored_and_reported()
    {
        LoneNode lone = new();
        SnapshotDescriptor known = SnapshotMetadataCodec.Encode(
            new SnapshotMetadata(new LogPosition(5, 1), lone.Node.Status.Configuration));
        SnapshotDescriptor unknown = known with { Metadata = new byte[] { 99, 1, 2 } };

        lone.Node.Step(FirstPieceOf(unknown));

        Assert.Empty(lone.Node.Effects.SnapshotReceives);
        UnreadableSnapshot ignored = Assert.IsType<UnreadableSnapshot>(lone.Node.Effects.UnreadableSnapshot);
        Assert.Equal(new MemberId(2), ignored.Sender);
        Assert.Contains("index 5", ignored.Reason.Message, StringComparison.Ordinal);
        lone.Drain();

        // Its next leader may well be one that it understands.
        lone.Node.Step(FirstPieceOf(known));
        Assert.Null(lone.Node.Effects.UnreadableSnapshot);
        Assert.Equal(SnapshotReceiveEffectKind.Begin, lone.Node.Effects.SnapshotReceives[0].Kind);
    }

    private static RaftMessage FirstPieceOf(SnapshotDescriptor snapshot)
    {
        byte[] data = [1, 2, 3, 4];
        return new RaftMessage
        {
            Type = RaftMessageType.SnapshotChunk, From = new MemberId(2), To = new MemberId(1), Term = 1,
            Chunk = new SnapshotChunk(snapshot, 10, 0, data, Crc32C.Compute(data)),
        };
    }
}
