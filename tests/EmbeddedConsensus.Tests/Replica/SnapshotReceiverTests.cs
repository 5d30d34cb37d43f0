using System.Buffers;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine.Snapshots;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Tests.Replica;

public sealed class SnapshotReceiverTests : IAsyncDisposable
{
    private readonly InMemorySnapshotStorage _storage = new();
    private readonly Recorder _reported = new();
    private readonly SnapshotReceiver _receiver;
    private ulong _lastStep;

    public static TheoryData<byte[]> Unreadable { get; } = new(
        [SectionTableWriter.FormatVersion + 1, .. EmptyState()[1..]],
        EmptyState()[..1],
        EmptyState()[..^1]);

    public SnapshotReceiverTests() => _receiver = new SnapshotReceiver(
        _storage, new MvccOptions(), CommandFormat.Newest, _reported, schedule: null);

    public async ValueTask DisposeAsync()
    {
        _receiver.Close();
        await _receiver.Idle;
        await _storage.DisposeAsync();
    }

    /// <summary>The log reaches back to the older one: the member can start again, and be sent another.</summary>
    [Theory]
    [MemberData(nameof(Unreadable))]
    [Trait("Scenario", "39")]
    public async Task A_received_snapshot_that_cannot_be_loaded_goes_again_and_the_one_before_stays(byte[] content)
    {
        await ReceiveAsync(5, EmptyState());
        await ReceiveAsync(9, content);

        Assert.IsType<StorageException>(_reported.Failure);
        Assert.Equal([3UL], _reported.Published);
        await using ISnapshotReader? newest = await _storage.OpenNewestAsync();
        Assert.Equal(5UL, newest?.Descriptor.Position.Index);
    }

    [Fact]
    public async Task A_received_snapshot_that_was_loaded_takes_the_place_of_the_one_before()
    {
        await ReceiveAsync(5, EmptyState());
        await ReceiveAsync(9, EmptyState());

        Assert.Null(_reported.Failure);
        Assert.Equal([3UL, 6UL], _reported.Published);
        await using (ISnapshotReader? newest = await _storage.OpenNewestAsync())
        {
            Assert.Equal(9UL, newest?.Descriptor.Position.Index);
        }

        await _storage.DeleteAsync(9);
        Assert.Null(await _storage.OpenNewestAsync());
    }

    private static byte[] EmptyState()
    {
        ArrayBufferWriter<byte> content = new();
        using ReplicatedStateMachine machine = new(new MvccOptions());
        using StateSnapshot snapshot = new(machine);
        while (snapshot.WriteNext(content, 1 << 20))
        {
        }

        return content.WrittenSpan.ToArray();
    }

    private async Task ReceiveAsync(ulong index, byte[] content)
    {
        SnapshotMetadata metadata = new(new LogPosition(index, 1), ClusterConfiguration.OfVoters(new MemberId(1)));
        foreach (SnapshotReceiveEffectKind kind in new[]
        {
            SnapshotReceiveEffectKind.Begin, SnapshotReceiveEffectKind.Write, SnapshotReceiveEffectKind.Publish,
        })
        {
            _receiver.Enqueue(new SnapshotReceiveEffect(++_lastStep, kind, metadata, content.Length, 0, content));
        }

        await _receiver.Idle;
    }

    private sealed class Recorder : ISnapshotReceiverEvents
    {
        public List<ulong> Published { get; } = [];

        public Exception? Failure { get; private set; }

        void IFaultEvents.Failed(Exception exception) => Failure = exception;

        void ISnapshotReceiverEvents.ChunkWritten(ulong stepId)
        {
        }

        void ISnapshotReceiverEvents.Published(ulong stepId) => Published.Add(stepId);

        void ISnapshotReceiverEvents.Loaded(SnapshotReceiveEffect step, ReplicatedStateMachine machine) =>
            machine.Dispose();
    }
}
