using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica;

/// <summary>Takes what <see cref="SnapshotSender"/> reports, from any thread. Returns at once.</summary>
internal interface ISnapshotSenderEvents : IFaultEvents
{
    /// <summary>A chunk was read, or its snapshot no longer exists.</summary>
    void ChunkRead(in SnapshotReadResult result);
}
