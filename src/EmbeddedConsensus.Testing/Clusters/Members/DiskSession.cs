using EmbeddedConsensus.Testing.Storage;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>What a life of a member has open on its disk. The replica disposes it.</summary>
/// <param name="Power">The log, which loses what a crash finds under way.</param>
/// <param name="Log">The log, with its faults.</param>
/// <param name="Snapshots">The snapshots, with their faults.</param>
internal sealed record DiskSession(
    MemberLogStorage Power, FaultInjectingLogStorage Log, FaultInjectingSnapshotStorage Snapshots);
