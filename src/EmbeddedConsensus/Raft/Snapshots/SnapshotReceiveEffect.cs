namespace EmbeddedConsensus.Raft;

/// <summary>A step of receiving a snapshot. Steps are carried out one after the other, in this order.</summary>
/// <param name="Id">Names the step; its completion echoes it.</param>
/// <param name="Kind">What to do.</param>
/// <param name="Metadata">The snapshot.</param>
/// <param name="TotalLength">The length of the whole snapshot, in bytes.</param>
/// <param name="Offset">With a write: where the bytes go, directly after those of the write before.</param>
/// <param name="Data">With a write: the bytes.</param>
internal readonly record struct SnapshotReceiveEffect(
    ulong Id,
    SnapshotReceiveEffectKind Kind,
    SnapshotMetadata Metadata,
    long TotalLength,
    long Offset,
    ReadOnlyMemory<byte> Data);
