namespace EmbeddedConsensus.Raft;

/// <summary>A leader's snapshot was ignored, since its metadata cannot be read.</summary>
/// <param name="Sender">The leader.</param>
/// <param name="Reason">What is wrong with the metadata.</param>
internal sealed record UnreadableSnapshot(MemberId Sender, SnapshotMetadataFormatException Reason);
