using System.Buffers;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine.Operations;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Tests.StateMachine;

/// <summary>State and applied index belong together: whatever is applied, refused or dropped, the next entry is the one
/// behind it, also after a restart from a snapshot.</summary>
public sealed class AppliedIndexTests : IDisposable
{
    private static readonly ClusterConfiguration Alone = ClusterConfiguration.OfVoters(new MemberId(1));

    private readonly Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    [Trait("Scenario", "34")]
    public void The_index_advances_on_operations_that_are_refused_or_dropped()
    {
        _machine.Put("k", "v");
        byte[] repeated = _machine.Encode(new CompactOperation(2));

        Assert.IsType<FutureRevisionException>(_machine.Compact(99).Error);
        Assert.Equal(2UL, _machine.State.Applied.Index);
        ProposalId id = new(new MemberId(2), 1, 1);
        Assert.NotNull(_machine.TryRun(repeated, id));
        Assert.Null(_machine.TryRun(repeated, id));
        Assert.Equal(4UL, _machine.State.Applied.Index);
        Assert.IsType<CompactedException>(_machine.Compact(1).Error);
        Assert.Equal(5UL, _machine.State.Applied.Index);
    }

    [Fact]
    [Trait("Scenario", "33")]
    public async Task A_snapshot_holds_the_state_and_the_proposals_of_exactly_its_index()
    {
        byte[] write = _machine.Encode(Op.Put("k", "1"));
        ProposalId id = new(new MemberId(2), 1, 1);
        _machine.TryRun(write, id);
        InMemorySnapshotStorage storage = new();
        using (StateSnapshot snapshot = new(_machine.State))
        {
            // What is applied while the snapshot is written belongs to the log behind it.
            _machine.Put("later", "2");
            await WriteAsync(snapshot, storage);
        }

        using ReplicatedStateMachine restored = await LoadAsync(storage);

        Assert.Equal(1UL, restored.Applied.Index);
        Assert.Equal(2, restored.Store.CurrentRevision);
        Assert.True(restored.Sessions.IsApplied(id));
        Assert.False(restored.Sessions.IsApplied(new ProposalId(new MemberId(1), 1, 1)));
    }

    [Fact]
    [Trait("Scenario", "33")]
    [Trait("Scenario", "34")]
    public async Task Entries_that_the_snapshot_holds_cannot_be_applied_again_and_none_can_be_left_out()
    {
        _machine.Put("k", "1");
        _machine.Put("k", "2");
        InMemorySnapshotStorage storage = new();
        using (StateSnapshot snapshot = new(_machine.State))
        {
            await WriteAsync(snapshot, storage);
        }

        using ReplicatedStateMachine restored = await LoadAsync(storage);
        LogEntry again = new(2, 1, LogEntryKind.NoOp, default);
        LogEntry beyond = new(4, 1, LogEntryKind.NoOp, default);

        Assert.Throws<InvariantViolationException>(() => restored.Apply([again], _machine));
        Assert.Throws<InvariantViolationException>(() => restored.Apply([beyond], _machine));
        restored.Apply([new LogEntry(3, 1, LogEntryKind.NoOp, default)], _machine);
        Assert.Equal(3UL, restored.Applied.Index);
    }

    private static async Task WriteAsync(StateSnapshot snapshot, InMemorySnapshotStorage storage)
    {
        await using ISnapshotWriter writer = await storage.CreateAsync(
            SnapshotMetadataCodec.Encode(new SnapshotMetadata(snapshot.Position, Alone)));
        bool hasMore;
        do
        {
            ArrayBufferWriter<byte> piece = new();
            hasMore = snapshot.WriteNext(piece, 64);
            await writer.WriteAsync(piece.WrittenMemory);
        }
        while (hasMore);
        await writer.PublishAsync();
    }

    private static async Task<ReplicatedStateMachine> LoadAsync(InMemorySnapshotStorage storage)
    {
        ISnapshotReader? reader = await storage.OpenNewestAsync();
        Assert.NotNull(reader);
        await using (reader)
        {
            return await StateSnapshotLoader.LoadAsync(reader, new MvccOptions());
        }
    }
}
