namespace EmbeddedConsensus.Storage;

/// <summary>The storage of one replica. The replica disposes both parts when it stops.</summary>
/// <param name="Log">The log and the hard state.</param>
/// <param name="Snapshots">The snapshots.</param>
public sealed record ReplicaStorage(ILogStorage Log, ISnapshotStorage Snapshots);
