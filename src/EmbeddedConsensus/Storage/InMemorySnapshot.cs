using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage;

/// <summary>A published snapshot in memory. It never changes.</summary>
/// <param name="Descriptor">What it stands for.</param>
/// <param name="Blocks">Its bytes, in blocks of <see cref="BlockBytes"/>; the last block may be partly used.</param>
/// <param name="Length">Its length, in bytes.</param>
internal sealed record InMemorySnapshot(SnapshotDescriptor Descriptor, IReadOnlyList<byte[]> Blocks, long Length)
{
    /// <summary>The size of a block, in bytes: small enough to stay off the large object heap.</summary>
    public const int BlockBytes = 64 * 1024;
}
