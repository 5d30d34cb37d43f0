using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica;

/// <summary>Finds the membership that a disk holds.</summary>
internal static class RecoveredMembership
{
    /// <summary>The latest membership in the log, or the snapshot's; null when the disk holds none.</summary>
    /// <param name="log">What the log held.</param>
    /// <param name="snapshot">What the newest snapshot stands for; null when there is none.</param>
    public static ClusterConfiguration? Of(RecoveredLog log, SnapshotMetadata? snapshot) =>
        log.ConfigurationEntries is [.., LogEntry last] && last.Index > (snapshot?.Position.Index ?? 0)
            ? ClusterConfigurationCodec.Decode(last.Data.Span)
            : snapshot?.Configuration;

    /// <summary>What holds before the first entry of the log, where no snapshot says so: what a member with an empty
    /// disk is started with, and otherwise the members that the disk knows. Those may never have been committed, so it
    /// says nothing of the cluster's id: the entry that holds the id tells it once it is committed. A founder whose
    /// founding entry was lost to another one would else take the cluster that it is a member of for a foreign one.
    /// </summary>
    /// <param name="recovered">The membership that the disk holds, or null.</param>
    /// <param name="initial">What a member with an empty disk is started with.</param>
    public static ClusterConfiguration BaseOf(ClusterConfiguration? recovered, ClusterConfiguration initial) =>
        recovered is null ? initial : recovered with { ClusterId = 0 };
}
