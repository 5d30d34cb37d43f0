using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Raft;

/// <summary>A piece of a snapshot on its way to a follower.</summary>
/// <param name="Snapshot">Which snapshot the piece belongs to.</param>
/// <param name="TotalLength">The length of the whole snapshot, in bytes.</param>
/// <param name="Offset">Where in the snapshot <paramref name="Data"/> starts, in bytes.</param>
/// <param name="Data">The bytes; empty when the leader only asks how far the follower has got.</param>
/// <param name="Checksum">The CRC32C of <paramref name="Data"/>.</param>
[Experimental("ECS0002")]
public sealed record SnapshotChunk(
    SnapshotDescriptor Snapshot, long TotalLength, long Offset, ReadOnlyMemory<byte> Data, uint Checksum);
