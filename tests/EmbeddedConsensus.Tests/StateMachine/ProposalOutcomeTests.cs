using System.Buffers;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Tests.StateMachine;

/// <summary>What the replicated state knows of a proposal after it was applied.</summary>
public sealed class ProposalOutcomeTests : IDisposable
{
    private const ulong Window = ProposalSession.WindowSize;

    private static readonly MemberId Member = new(2);
    private static readonly ProposalOutcome Never = new(WasExecuted: false, 0);

    private readonly Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    [Trait("Case", "T8")]
    public void A_retracted_write_has_no_effect_wherever_it_comes_later()
    {
        Assert.True(_machine.TryRun(_machine.Encode(new RetractOperation()), IdOf(1))?.IsRetraction);
        Assert.Null(_machine.TryRun(_machine.Encode(Op.Put("k", "v")), IdOf(1)));

        Assert.Null(_machine.Get("k"));
        Assert.Equal(1, _machine.State.Store.CurrentRevision);
        Assert.Equal(Never, _machine.State.Sessions.FindOutcome(IdOf(1)));
    }

    [Fact]
    [Trait("Case", "T8")]
    public void A_retraction_of_an_executed_write_changes_nothing()
    {
        _machine.TryRun(_machine.Encode(Op.Put("k", "v")), IdOf(1));

        Assert.Null(_machine.TryRun(_machine.Encode(new RetractOperation()), IdOf(1)));

        Assert.Equal("v", _machine.Get("k"));
        Assert.Equal(new ProposalOutcome(WasExecuted: true, 2), _machine.State.Sessions.FindOutcome(IdOf(1)));
    }

    [Fact]
    [Trait("Case", "T8")]
    public void A_refused_write_counts_as_not_executed()
    {
        Assert.NotNull(_machine.TryRun(_machine.Encode(new CompactOperation(77)), IdOf(1))?.Error);

        Assert.Equal(Never, _machine.State.Sessions.FindOutcome(IdOf(1)));
    }

    [Fact]
    [Trait("Case", "T8")]
    public void Outcomes_are_known_for_the_window_and_revisions_for_fewer()
    {
        ProposalSessions sessions = new();
        for (ulong sequence = 1; sequence <= 3 * Window; sequence++)
        {
            Apply(sessions, sequence, isRetraction: sequence % 100 == 0);
        }

        const ulong Newest = 3 * Window;
        foreach (ProposalSessions copy in new[] { sessions, sessions.Copy() })
        {
            Assert.Equal(Executed(Newest), copy.FindOutcome(IdOf(Newest)));
            Assert.Equal(Executed(Newest - 255), copy.FindOutcome(IdOf(Newest - 255)));
            Assert.Equal(new ProposalOutcome(WasExecuted: true, 0), copy.FindOutcome(IdOf(Newest - 256)));
            Assert.Equal(Never, copy.FindOutcome(IdOf(Newest - (Newest % 100))));
            Assert.Equal(
                new ProposalOutcome(WasExecuted: true, 0), copy.FindOutcome(IdOf(Newest - Window + 1)));
            Assert.Null(copy.FindOutcome(IdOf(Newest - Window)));
            Assert.Null(copy.FindOutcome(IdOf(Newest + 1)));
            Assert.Null(copy.FindOutcome(new ProposalId(Member, 2, Newest)));
        }
    }

    [Fact]
    [Trait("Case", "T8")]
    public void Outcomes_are_found_whatever_the_order_in_which_proposals_are_applied()
    {
        ProposalSessions sessions = new();
        foreach (ulong sequence in (ulong[])[5, 1, 300, 3, 299, 4, 2])
        {
            Apply(sessions, sequence, isRetraction: sequence == 3);
        }

        ProposalSessions copy = sessions.Copy();

        Assert.Equal(Executed(300), copy.FindOutcome(IdOf(300)));
        Assert.Equal(Executed(299), copy.FindOutcome(IdOf(299)));
        Assert.Equal(Never, copy.FindOutcome(IdOf(3)));
        Assert.Equal(new ProposalOutcome(WasExecuted: true, 0), copy.FindOutcome(IdOf(2)));
    }

    [Fact]
    [Trait("Case", "T8")]
    [Trait("Scenario", "33")]
    public async Task A_snapshot_holds_what_became_of_proposals()
    {
        _machine.TryRun(_machine.Encode(Op.Put("k", "v")), IdOf(1));
        _machine.TryRun(_machine.Encode(new RetractOperation()), IdOf(2));
        InMemorySnapshotStorage storage = new();
        using (StateSnapshot snapshot = new(_machine.State))
        {
            await using ISnapshotWriter writer = await storage.CreateAsync(
                SnapshotMetadataCodec.Encode(
                    new SnapshotMetadata(snapshot.Position, ClusterConfiguration.OfVoters(Member))));
            ArrayBufferWriter<byte> bytes = new();
            while (snapshot.WriteNext(bytes, 1 << 20))
            {
            }

            await writer.WriteAsync(bytes.WrittenMemory);
            await writer.PublishAsync();
        }

        await using ISnapshotReader? reader = await storage.OpenNewestAsync();
        using ReplicatedStateMachine restored = await StateSnapshotLoader.LoadAsync(reader!, new MvccOptions());

        Assert.Equal(new ProposalOutcome(WasExecuted: true, 2), restored.Sessions.FindOutcome(IdOf(1)));
        Assert.Equal(Never, restored.Sessions.FindOutcome(IdOf(2)));
    }

    [Fact]
    [Trait("Case", "T8")]
    public void A_table_without_outcomes_says_that_it_does_not_know_them()
    {
        ProposalSessions sessions = new();
        Apply(sessions, 1, isRetraction: true);
        Apply(sessions, 3, isRetraction: false);
        ArrayBufferWriter<byte> encoded = new();
        sessions.Encode(encoded);

        ProposalSessions restored = ProposalSessions.Decode(encoded.WrittenSpan);
        Apply(restored, 4, isRetraction: true);

        Assert.Null(restored.FindOutcome(IdOf(1)));
        Assert.Null(restored.FindOutcome(IdOf(3)));
        Assert.Equal(Never, restored.FindOutcome(IdOf(4)));
    }

    private static void Apply(ProposalSessions sessions, ulong sequence, bool isRetraction)
    {
        Assert.True(sessions.TryMark(IdOf(sequence)));
        sessions.SetOutcome(IdOf(sequence), isRetraction ? Never : Executed(sequence));
    }

    private static ProposalOutcome Executed(ulong sequence) => new(WasExecuted: true, 1_000 - (long)(sequence % 7));

    private static ProposalId IdOf(ulong sequence) => new(Member, 1, sequence);
}
