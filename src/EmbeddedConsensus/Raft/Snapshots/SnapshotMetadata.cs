namespace EmbeddedConsensus.Raft;

/// <summary>What a snapshot stands for: all entries up to a position, and the membership there.</summary>
/// <param name="Position">The last entry that the snapshot contains.</param>
/// <param name="Configuration">The membership as of that entry.</param>
internal sealed record SnapshotMetadata(LogPosition Position, ClusterConfiguration Configuration);
