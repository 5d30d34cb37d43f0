using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

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
}
