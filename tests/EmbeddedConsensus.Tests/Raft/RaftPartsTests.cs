using System.Text;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

public sealed class RaftPartsTests
{
    [Fact]
    public void The_checksum_is_that_of_RFC_3720()
    {
        Assert.Equal(0xE3069283, Crc32C.Compute("123456789"u8));
        Assert.Equal(0x8A9136AA, Crc32C.Compute(new byte[32]));
    }

    [Fact]
    public void A_window_closes_by_messages_and_by_bytes()
    {
        Inflights byMessages = new(maxMessages: 2, maxBytes: 1000);
        byMessages.Add(1, 1);
        Assert.False(byMessages.IsFull);
        byMessages.Add(2, 1);
        Assert.True(byMessages.IsFull);
        byMessages.FreeThrough(1);
        Assert.False(byMessages.IsFull);

        Inflights byBytes = new(maxMessages: 9, maxBytes: 1000);
        byBytes.Add(1, 1000);
        Assert.True(byBytes.IsFull);
        Assert.Throws<InvariantViolationException>(() => byBytes.Add(2, 1));
        byBytes.Clear();
        Assert.Equal(0, byBytes.Count);
    }

    [Fact]
    [Trait("Case", "T6")]
    public void What_a_member_acknowledged_before_it_lost_its_log_is_forgotten_once()
    {
        Progress peer = new(new MemberId(2), maxInflightMessages: 8, maxInflightBytes: 1000);
        peer.Acknowledge(10);

        peer.ForgetEarlierLives(life: 5, next: 11);
        Assert.Equal((0UL, 5UL, ProgressState.Probe), (peer.Match, peer.CountsFromLife, peer.State));
        peer.Acknowledge(7);
        peer.ForgetEarlierLives(life: 5, next: 11);
        peer.ForgetEarlierLives(life: 4, next: 11);

        Assert.Equal((7UL, 5UL), (peer.Match, peer.CountsFromLife));
    }

    [Theory]
    [InlineData(new ulong[] { 5 }, new ulong[0], 5)]
    [InlineData(new ulong[] { 3, 5 }, new ulong[0], 3)]
    [InlineData(new ulong[] { 3, 5, 9 }, new ulong[0], 5)]
    [InlineData(new ulong[] { 1, 3, 5, 9 }, new ulong[0], 3)]
    [InlineData(new ulong[] { 3, 5, 9 }, new ulong[] { 1, 2 }, 1)]
    [InlineData(new ulong[] { 1, 1, 9 }, new ulong[] { 8, 9 }, 1)]
    public void A_quorum_holds_what_a_majority_of_each_set_holds(ulong[] voters, ulong[] outgoing, ulong expected)
    {
        MemberId[] first = [.. voters.Select((_, i) => new MemberId((ulong)i + 1))];
        MemberId[] second = [.. outgoing.Select((_, i) => new MemberId((ulong)i + 11))];
        ClusterConfiguration configuration = ClusterConfiguration.OfVoters(first) with
        {
            OutgoingVoters = [.. second], Learners = [new MemberId(99)],
        };
        ProgressTracker tracker = new(new RaftOptions { Id = first[0], Seed = 0 }, configuration);
        tracker.Find(new MemberId(99))!.Acknowledge(100);
        for (int i = 0; i < first.Length; i++)
        {
            tracker.Find(first[i])!.Acknowledge(voters[i]);
        }

        for (int i = 0; i < second.Length; i++)
        {
            tracker.Find(second[i])!.Acknowledge(outgoing[i]);
        }

        Assert.Equal(expected, tracker.QuorumMatch());
    }

    [Fact]
    public void Without_voters_nothing_is_decided()
    {
        ProgressTracker tracker = new(
            new RaftOptions { Id = new MemberId(1), Seed = 0 }, ClusterConfiguration.OfVoters());

        Assert.Equal(0UL, tracker.QuorumMatch());
        Assert.False(tracker.IsQuorumActive());
    }

    [Fact]
    public void Inputs_between_a_read_of_the_effects_and_their_clearing_are_kept()
    {
        LoneNode lone = new(members: 1);
        lone.BecomeLoneLeader();
        lone.Node.Propose([Encoding.UTF8.GetBytes("a")]);
        RaftEffects effects = lone.Node.Effects;
        Assert.Equal(1, effects.Append!.Value.Entries[0].Length);

        lone.Node.Propose([Encoding.UTF8.GetBytes("b")]);
        Assert.Same(effects, lone.Node.Effects);
        effects.Clear();

        Assert.Equal("b", SimulatedMember.Payload(lone.Node.Effects.Append!.Value.Entries[0].Span[0]));
    }

    [Fact]
    public void Appends_complete_in_order()
    {
        LoneNode lone = new(members: 1);
        lone.BecomeLoneLeader();
        ulong first = ProposeAndTake(lone);
        ulong second = ProposeAndTake(lone);

        Assert.NotEqual(first, second);
        Assert.Throws<InvariantViolationException>(() => lone.Node.AppendCompleted(second));
    }

    [Fact]
    public void Replicating_allocates_no_more_than_the_slot_of_an_entry()
    {
        LoneNode lone = new();
        lone.BecomeLeader();
        lone.Acknowledge(2, 1);
        ReadOnlyMemory<byte>[] batch = new ReadOnlyMemory<byte>[128];
        Array.Fill(batch, new byte[100]);
        ReplicateBatches(lone.Node, batch, count: 20);

        long before = GC.GetAllocatedBytesForCurrentThread();
        ReplicateBatches(lone.Node, batch, count: 200);
        double bytesPerEntry = (GC.GetAllocatedBytesForCurrentThread() - before) / (200.0 * batch.Length);

        // 40 bytes are the slot in the log; an append effect and its array are shared by a batch.
        Assert.InRange(bytesPerEntry, 0, 48);
    }

    [Fact]
    public void Reads_beyond_the_bound_fail_at_once()
    {
        ReadRounds rounds = new(maxPending: 1);

        Assert.True(rounds.TryAdd(new MemberId(1), 1));
        Assert.False(rounds.TryAdd(new MemberId(1), 2));
    }

    [Fact]
    public void A_log_is_not_compacted_beyond_its_snapshot()
    {
        LoneNode lone = new(members: 1);
        lone.BecomeLoneLeader();
        lone.Drain();

        ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(() => lone.Node.CompactLog(1));

        Assert.Contains("up to index 0", e.Message, StringComparison.Ordinal);
    }

    /// <summary>A driver in small: member 2 acknowledges, member 3 is silent, the disk is fast.</summary>
    private static void ReplicateBatches(RaftNode node, ReadOnlyMemory<byte>[] batch, int count)
    {
        for (int i = 0; i < count; i++)
        {
            // An assertion allocates, and what this loop allocates is counted.
            if (node.Propose(batch) is not ProposeResult.Accepted and var refusal)
            {
                Assert.Fail($"{refusal}");
            }

            ulong append = node.Effects.Append!.Value.Id;
            node.Effects.Clear();
            node.AppendCompleted(append);
            node.Step(new RaftMessage
            {
                Type = RaftMessageType.AppendResponse, From = new MemberId(2), To = new MemberId(1),
                Term = node.Term, Index = node.Status.LastIndex,
            });
            foreach (ApplyEffect page in node.Effects.Applies)
            {
                node.AppliedTo(page.LastIndex);
            }

            node.Effects.Clear();
        }
    }

    private static ulong ProposeAndTake(LoneNode lone)
    {
        lone.Node.Propose([Encoding.UTF8.GetBytes("x")]);
        RaftEffects effects = lone.Node.Effects;
        ulong id = effects.Append!.Value.Id;
        effects.Clear();
        return id;
    }
}
