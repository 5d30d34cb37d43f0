using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica;

/// <summary>Finds the membership that a disk holds.</summary>
internal static class RecoveredMembership
{
    /// <summary>The latest membership in the log, or the snapshot's; null when the disk holds none.</summary>
    /// <param name="log">The recovered log.</param>
    /// <param name="snapshot">The metadata of the newest snapshot; null when there is none.</param>
    public static ClusterConfiguration? Of(RecoveredLog log, SnapshotMetadata? snapshot) =>
        log.ConfigurationEntries is [.., LogEntry last] && last.Index > (snapshot?.Position.Index ?? 0)
            ? ClusterConfigurationCodec.Decode(last.Data.Span)
            : snapshot?.Configuration;

    /// <summary>The membership before the first entry of the log, where no snapshot has one: the initial one of a
    /// member with an empty disk, otherwise the members on the disk. Those may never have been committed, so it has no
    /// cluster id; that comes with the entry that holds it, once committed. Otherwise a founder whose founding entry
    /// was replaced by another founder's would consider its own cluster a foreign one.</summary>
    /// <param name="recovered">The membership that the disk holds, or null.</param>
    /// <param name="initial">What a member with an empty disk is started with.</param>
    public static ClusterConfiguration BaseOf(ClusterConfiguration? recovered, ClusterConfiguration initial) =>
        recovered is null ? initial : recovered with { ClusterId = 0 };
}
