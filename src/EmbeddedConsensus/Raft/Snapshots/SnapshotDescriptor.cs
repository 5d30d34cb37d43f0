using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Raft;

/// <summary>What a snapshot stands for, as storages and transports see it: where it ends, and bytes that they keep and
/// carry without reading them.</summary>
/// <param name="Position">The last entry that the snapshot contains.</param>
/// <param name="Metadata">What else a replica has to know about it, at most <see cref="MaxMetadataBytes"/> bytes; empty
/// where the position suffices. The memory never changes.</param>
[Experimental("ECS0001")]
public sealed record SnapshotDescriptor(LogPosition Position, ReadOnlyMemory<byte> Metadata)
{
    /// <summary>The longest metadata, in bytes: 64 KiB, more than the largest membership takes.</summary>
    public const int MaxMetadataBytes = 64 * 1024;

    /// <summary>Whether two descriptors have the same position and equal metadata.</summary>
    /// <param name="other">The other one.</param>
    public bool Equals(SnapshotDescriptor? other) =>
        other is not null && Position == other.Position && Metadata.Span.SequenceEqual(other.Metadata.Span);

    /// <inheritdoc />
    public override int GetHashCode() => Position.GetHashCode();
}
