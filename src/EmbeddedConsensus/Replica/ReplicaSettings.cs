using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>The public options, in the units of the parts that they are for.</summary>
internal sealed class ReplicaSettings
{
    // Elections are drawn in ticks, so a tick is a small part of a heartbeat; the thread wakes for each.
    private const int TicksPerHeartbeat = 5;

    private const int CommandOverhead = 1 << 10;

    // What goes into one message when there is more than one entry. It does not grow with the largest request:
    // heartbeats wait behind a message, and a member with a lower limit than its leader has to be able to take all but
    // large requests.
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

    /// <summary>How long a tick is.</summary>
    public TimeSpan TickInterval { get; }

    /// <summary>Where the others find this member, as far as the options say.</summary>
    public string? Address { get; }

    /// <summary>The membership that counts while the disk holds none: the members that a new cluster begins with, or
    /// nobody at a member that joins.</summary>
    public ClusterConfiguration Bootstrap { get; }

    /// <summary>The payload of one message between members, at the most: a request of the largest size fits.</summary>
    public int MaxMessageBytes => Math.Max(MaxBatchBytes, _options.MaxRequestBytes + CommandOverhead);

    /// <summary>The largest message on the wire: what frames and small entries add never doubles it.</summary>
    public int MaxWireMessageBytes => 2 * MaxMessageBytes;

    /// <summary>How the store is laid out.</summary>
    public MvccOptions Mvcc { get; } = new();

    /// <summary>How many ticks may pass in one turn: a thread that was held up does not hold its leader for
    /// dead before it has read what arrived meanwhile.</summary>
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

    /// <summary>The settings of the replica's heart.</summary>
    public ReplicaCoreOptions Core() => new()
    {
        MaxPendingWrites = _options.MaxPendingRequests,
        MaxPendingReads = _options.MaxPendingRequests,
        RequestTimeoutTicks = _options.RequestTimeout == Timeout.InfiniteTimeSpan
            ? 0
            : (ulong)Ticks(_options.RequestTimeout),
        RetryTicks = (ulong)Ticks(_options.ElectionTimeout),
        PauseTicks = TicksPerHeartbeat,
        SnapshotThresholdBytes = _options.SnapshotThresholdBytes,
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
