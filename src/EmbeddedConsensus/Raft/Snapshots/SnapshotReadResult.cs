namespace EmbeddedConsensus.Raft;

/// <summary>The answer to a <see cref="SnapshotReadEffect"/>.</summary>
/// <param name="Id">The id of the effect.</param>
/// <param name="TotalLength">The length of the whole snapshot, in bytes; never zero.</param>
/// <param name="Data">The bytes. A holder may keep them; they never change. None when the snapshot is
/// gone, or when the read began at its end.</param>
/// <param name="IsGone">Whether the snapshot no longer exists.</param>
internal readonly record struct SnapshotReadResult(
    ulong Id, long TotalLength, ReadOnlyMemory<byte> Data, bool IsGone = false);
