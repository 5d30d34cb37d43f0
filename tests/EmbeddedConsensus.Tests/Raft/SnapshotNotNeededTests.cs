using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

public sealed class SnapshotNotNeededTests
{
    [Fact]
    [Trait("Scenario", "11")]
    public void A_published_snapshot_that_the_log_has_overtaken_is_given_up()
    {
        LoneNode lone = new(log: [1], term: 1);
        RaftNode node = lone.Node;
        byte[] data = [1, 2, 3];
        SnapshotChunk chunk = new(
            SnapshotMetadataCodec.Encode(new SnapshotMetadata(new LogPosition(3, 1), node.Configuration)),
            data.Length, 0, data, Crc32C.Compute(data));
        node.Step(Message(RaftMessageType.SnapshotChunk) with { Chunk = chunk });
        node.SnapshotChunkWritten(Step(node, SnapshotReceiveEffectKind.Write));
        ulong publish = Step(node, SnapshotReceiveEffectKind.Publish);
        lone.Receive(2, Message(RaftMessageType.Append) with
        {
            Index = 1, LogTerm = 1,
            Entries = new[]
            {
                new LogEntry(2, 1, LogEntryKind.NoOp, default), new LogEntry(3, 1, LogEntryKind.NoOp, default),
            },
        });
        Assert.Equal(3UL, node.Status.LastIndex);

        node.SnapshotPublished(publish);

        Step(node, SnapshotReceiveEffectKind.Abort);
        lone.Drain();
        Assert.Equal((3UL, 1UL), (node.CommitIndex, node.Status.FirstIndex));
    }

    private static RaftMessage Message(RaftMessageType type) =>
        new() { Type = type, From = new MemberId(2), To = new MemberId(1), Term = 1 };

    /// <summary>The id of the last step that is asked for, which has to be of a kind.</summary>
    private static ulong Step(RaftNode node, SnapshotReceiveEffectKind kind)
    {
        SnapshotReceiveEffect step = node.Effects.SnapshotReceives[^1];
        Assert.Equal(kind, step.Kind);
        ulong? append = node.Effects.Append?.Id;
        node.Effects.Clear();
        if (append is { } id)
        {
            node.AppendCompleted(id);
        }

        return step.Id;
    }
}
