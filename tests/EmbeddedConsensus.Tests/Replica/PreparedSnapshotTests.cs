using System.Buffers;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Tests.Replica;

public sealed class PreparedSnapshotTests : ISnapshotReceiverEvents, IDisposable
{
    private static readonly ClusterConfiguration Alone = ClusterConfiguration.OfVoters(new MemberId(1));

    private readonly List<Exception> _failures = [];
    private ReplicatedStateMachine? _restored;

    public void Dispose() => _restored?.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_prepared_for_a_snapshot_is_kept_until_it_is_restored_or_given_up(bool isGivenUp)
    {
        InMemorySnapshotStorage storage = new();
        SnapshotReceiver receiver = new(storage, new MvccOptions(), CommandFormat.Newest, this, schedule: null);
        byte[] state = State();
        SnapshotMetadata metadata = new(new LogPosition(1, 1), Alone);
        SnapshotReceiveEffect Step(SnapshotReceiveEffectKind kind, byte[]? data = null) =>
            new(1, kind, metadata, state.Length, 0, data);
        receiver.Enqueue(Step(SnapshotReceiveEffectKind.Begin));
        receiver.Enqueue(Step(SnapshotReceiveEffectKind.Write, state));
        receiver.Enqueue(Step(SnapshotReceiveEffectKind.Publish));
        if (isGivenUp)
        {
            receiver.Enqueue(Step(SnapshotReceiveEffectKind.Abort));
        }

        await receiver.Idle;

        // From here on only the prepared state could be restored: the disk has another one.
        await using (ISnapshotWriter writer = await storage.CreateAsync(
            SnapshotMetadataCodec.Encode(new SnapshotMetadata(new LogPosition(2, 1), Alone))))
        {
            await writer.WriteAsync(state);
            await writer.PublishAsync();
        }

        receiver.Enqueue(Step(SnapshotReceiveEffectKind.Restore));
        await receiver.Idle;

        Assert.Equal(isGivenUp, _restored is null);
        Assert.Equal(isGivenUp ? 1 : 0, _failures.Count);
        receiver.Close();
        await receiver.Idle;
    }

    void ISnapshotReceiverEvents.ChunkWritten(ulong stepId)
    {
    }

    void ISnapshotReceiverEvents.Published(ulong stepId)
    {
    }

    void ISnapshotReceiverEvents.Loaded(SnapshotReceiveEffect step, ReplicatedStateMachine machine) =>
        _restored = machine;

    void IFaultEvents.Failed(Exception exception) => _failures.Add(exception);

    private static byte[] State()
    {
        using ReplicatedStateMachine machine = new(new MvccOptions());
        machine.Apply([new LogEntry(1, 1, LogEntryKind.NoOp, default)], null!);
        machine.Publish();
        using StateSnapshot snapshot = new(machine);
        ArrayBufferWriter<byte> bytes = new();
        while (snapshot.WriteNext(bytes, 1 << 20))
        {
        }

        return bytes.WrittenSpan.ToArray();
    }
}
