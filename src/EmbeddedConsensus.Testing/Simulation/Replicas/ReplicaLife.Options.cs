using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>The limits and time-outs of a life, which are those of the seed's profile.</summary>
internal sealed partial class ReplicaLife
{
    private static RaftOptions RaftOptionsOf(SimulatedCluster cluster, SimulatedReplica replica) => new()
    {
        Id = replica.Id,
        FormatVersion = replica.Release,
        UseReadLease = cluster.Profile.UsesLeases,
        TickInterval = TimeSpan.FromMicroseconds(SimulatedClock.TickMicros),
        ElectionTicks = ElectionTicks,
        HeartbeatTicks = cluster.Profile.HeartbeatTicks,
        Seed = (cluster.Options.Seed * 1_000_003) + (replica.Disk.Incarnation * 1_009) + replica.Id.Value,
        LogCacheBytes = cluster.Profile.LogCacheBytes,
        MaxMessageBytes = cluster.Profile.MaxMessageBytes,
        MaxApplyBytes = cluster.Profile.MaxMessageBytes,
        SnapshotChunkBytes = cluster.Profile.SnapshotChunkBytes,
        MaxInflightMessages = cluster.Profile.MaxInflightMessages,
        MaxInflightBytes = cluster.Profile.MaxInflightBytes,
        MaxUncommittedBytes = cluster.Profile.MaxUncommittedBytes,
    };

    private static ReplicaCoreOptions CoreOptionsOf(RunProfile profile, SimulatedReplica replica) => new()
    {
        CommandFormat = replica.Release,
        NewestFormat = replica.Release,
        RequestTimeoutTicks = RequestTimeoutTicks,
        RetryTicks = ElectionTicks,
        PauseTicks = (ulong)profile.HeartbeatTicks,
        SnapshotThresholdBytes = profile.SnapshotThresholdBytes,
        RetainedLogBytes = profile.RetainedLogBytes,
        MaxProposeBytes = profile.MaxMessageBytes,
        MaxPendingWrites = profile.MaxPending,
        MaxPendingReads = profile.MaxPending,
        MaxWaitingCalls = replica.Number % 2 == 0 ? profile.MaxWaiting : 0,
    };
}
