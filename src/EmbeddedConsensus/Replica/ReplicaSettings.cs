using EmbeddedConsensus.Leases;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>The public options, converted into the units of the parts that use them.</summary>
internal sealed class ReplicaSettings
{
    // Election timeouts are drawn in ticks, so a tick is a small part of a heartbeat; the thread wakes for each.
    private const int TicksPerHeartbeat = 5;

    private static readonly TimeSpan SnapshotRetry = TimeSpan.FromSeconds(2);

    private const int CommandOverhead = 1 << 10;

    // The payload of a message with more than one entry. It does not grow with the largest request, because heartbeats
    // wait until a message is sent.
    private const int MaxBatchBytes = 1 << 20;

    private readonly ConsensusStoreOptions _options;

    /// <summary>Takes validated options.</summary>
    public ReplicaSettings(ConsensusStoreOptions options)
    {
        _options = options;
        TickInterval = options.HeartbeatInterval / TicksPerHeartbeat;
        Self = new MemberId(options.MemberId);
        Address = options.AdvertisedAddress
            ?? options.Members.FirstOrDefault(member => member.Id == options.MemberId)?.Address;
        Bootstrap = options.JoinAddresses.Count > 0 ? new ClusterConfiguration() : Founders();
    }

    /// <summary>This member.</summary>
    public MemberId Self { get; }

    /// <summary>How long a follower waits for its leader.</summary>
    public TimeSpan ElectionTimeout => _options.ElectionTimeout;

    /// <summary>The length of a tick.</summary>
    public TimeSpan TickInterval { get; }

    /// <summary>This member's address according to the options; null when they have none.</summary>
    public string? Address { get; }

    /// <summary>The membership to start with while the disk holds none: the founders of a new cluster, or no members at
    /// one that joins.</summary>
    public ClusterConfiguration Bootstrap { get; }

    /// <summary>The largest message on the wire: what frames and small entries add never doubles it. It does not depend
    /// on <see cref="ConsensusStoreOptions.MaxRequestBytes"/>, which limits this member's own callers: a member has to
    /// receive what those of any other wrote, and to send it when it leads, or a single entry would stop every write
    /// after it.</summary>
    public const int MaxWireMessageBytes = 2 * (ConsensusStoreOptions.LargestRequestBytes + CommandOverhead);

    /// <summary>How the store is laid out.</summary>
    public MvccOptions Mvcc { get; } = new();

    /// <summary>The ticks that may pass in one turn: a thread that was held up reads what arrived meanwhile before it
    /// considers its leader dead.</summary>
    public static int MaxTicksPerTurn => TicksPerHeartbeat;

    /// <summary>The newest command format that this member reads.</summary>
    public byte NewestFormat => (byte)_options.ReadFormatVersion;

    /// <summary>The settings of consensus.</summary>
    public RaftOptions Raft(ulong seed) => new()
    {
        Id = Self,
        HeartbeatTicks = TicksPerHeartbeat,
        ElectionTicks = Ticks(_options.ElectionTimeout),
        Seed = seed,
        LogCacheBytes = _options.LogCacheBytes,
        MaxMessageBytes = MaxBatchBytes,
        TickInterval = TickInterval,
        UseReadLease = _options.LinearizableReadMode == LinearizableReadMode.LeaderLease,
        MaxClockDrift = _options.MaxClockDrift,
        FormatVersion = (uint)_options.MaxFormatVersion,
    };

    /// <summary>The times of leases. A new leader lets none expire before holders that had no leader had the time to
    /// reach it.</summary>
    public LeaseExpiryOptions Leases => new()
    {
        GraceMicros = (long)_options.ElectionTimeout.TotalMicroseconds,
    };

    /// <summary>What all watches of the store may hold in memory, in bytes.</summary>
    public long MaxWatchBytes => _options.MaxWatchBytes;

    /// <summary>The settings of <see cref="ReplicaCore"/>.</summary>
    public ReplicaCoreOptions Core() => new()
    {
        MaxPendingWrites = _options.MaxPendingRequests,
        MaxPendingReads = _options.MaxPendingRequests,
        MaxWaitingCalls = _options.WhenFull == WhenFull.Wait ? _options.MaxWaitingRequests : 0,
        RequestTimeoutTicks = _options.RequestTimeout == Timeout.InfiniteTimeSpan
            ? 0
            : (ulong)Ticks(_options.RequestTimeout),
        RetryTicks = (ulong)Ticks(_options.ElectionTimeout),
        PauseTicks = TicksPerHeartbeat,
        SnapshotThresholdBytes = _options.SnapshotThresholdBytes,
        SnapshotRetryTicks = (ulong)Ticks(SnapshotRetry),
        RetainedLogBytes = _options.RetainedLogBytes,
        CommandFormat = (byte)_options.MaxFormatVersion,
        NewestFormat = NewestFormat,
    };

    private ClusterConfiguration Founders()
    {
        IEnumerable<ClusterMember> members = _options.Members.Count == 0
            ? [new ClusterMember(Self, Address ?? "")]
            : _options.Members.Select(member => new ClusterMember(new MemberId(member.Id), member.Address));
        ClusterMember[] sorted = [.. members.OrderBy(member => member.Id)];
        ClusterConfiguration founders = new()
        {
            ClusterNameHash = ClusterIdentity.Of(_options.ClusterName),
            Voters = [.. sorted.Select(member => member.Id)],
            Members = [.. sorted],
        };
        return founders.Normalized();
    }

    private int Ticks(TimeSpan time) => (int)Math.Max(1, Math.Ceiling(time / TickInterval));
}
