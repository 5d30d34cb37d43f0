namespace EmbeddedConsensus;

/// <summary>
/// How a store is hosted. Only what concerns the cluster as a whole must be alike on every member:
/// <see cref="ClusterName"/>, the timeouts and the request limits.
/// </summary>
public sealed class ConsensusStoreOptions
{
    /// <summary>The name of the cluster. Members of clusters with other names are refused. Default:
    /// <c>embedded-consensus</c>.</summary>
    public string ClusterName { get; set; } = "embedded-consensus";

    /// <summary>The id of this member: a number from 1 that no other member has or had. Default: 1.</summary>
    public ulong MemberId { get; set; } = 1;

    /// <summary>The members that a new cluster begins with, this one included, with the addresses at which the
    /// transport of the others finds them: 1, 3, 5 or 7, the same list on each of them. Default: none, which is a
    /// cluster of this member alone. Used when the disk is empty: later the cluster itself knows its members
    /// (<see cref="IClusterManager"/>), and of this list only where this member is to be found.</summary>
    public IList<MemberEndpoint> Members { get; } = [];

    /// <summary>Addresses of members of a running cluster that this member is to join: any of them, one is enough. Used
    /// when the disk is empty. Give either these or <see cref="Members"/>. Default: none.</summary>
    public IList<string> JoinAddresses { get; } = [];

    /// <summary>Whether a member that joins stays a learner, without a vote, until it is promoted. Default: false, it
    /// votes as soon as it has caught up.</summary>
    public bool JoinAsLearner { get; set; }

    /// <summary>Where the other members find this one, in the form that the transport understands, <c>host:port</c> for
    /// TCP. A member that is started with another address than the cluster knows tells it. Required to join; default:
    /// this member's address in <see cref="Members"/>.</summary>
    public string? AdvertisedAddress { get; set; }

    /// <summary>How often a leader tells its followers that it lives. Default: 100 ms.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a follower waits for its leader before it campaigns; each wait is drawn from one to two times
    /// this. At least 5 heartbeats. Default: 1 s.</summary>
    public TimeSpan ElectionTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How linearizable reads are confirmed. Choose <see cref="LinearizableReadMode.LeaderLease"/> only where
    /// the clocks of all members keep to <see cref="MaxClockDrift"/>. It may differ between members, as during a
    /// rolling restart: what counts is the setting of the one that leads. Default:
    /// <see cref="LinearizableReadMode.QuorumRound"/>, which asks nothing of the clocks.</summary>
    public LinearizableReadMode LinearizableReads { get; set; } = LinearizableReadMode.QuorumRound;

    /// <summary>What <see cref="LinearizableReadMode.LeaderLease"/> takes for granted: while the fastest of the
    /// members' monotonic clocks counts one second, the slowest counts at least one second less this part of it. A
    /// leader's lease is shorter by this part. If the clocks drift further apart, a leader that was cut off can for a
    /// moment answer reads that miss writes which the next leader has acknowledged. Used by the member that leads; from
    /// 0.001 to 0.5. Default: 0.1, hundreds of times what crystals that are not broken differ by.</summary>
    public double MaxClockDrift { get; set; } = 0.1;

    /// <summary>How long a call waits for a majority before it fails. <see cref="Timeout.InfiniteTimeSpan"/> waits
    /// until the caller cancels. Default: 7 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(7);

    /// <summary>The largest request, in bytes: a key with its value, or a whole transaction. From 1 KiB to 64 MiB.
    /// Default: 1.5 MiB.</summary>
    public int MaxRequestBytes { get; set; } = 3 << 19;

    /// <summary>How many operations a list of a transaction may have, inner transactions counted. Default:
    /// 128.</summary>
    public int MaxTxnOperations { get; set; } = 128;

    /// <summary>How many writes, and how many linearizable reads, of this process may be under way. More fail with
    /// <see cref="TooManyRequestsException"/>. Default: 16,384.</summary>
    public int MaxWaitingRequests { get; set; } = 16_384;

    /// <summary>How many bytes of log lie between snapshots, at the least; a store that is larger waits for as much log
    /// as its snapshot is long. Default: 64 MiB.</summary>
    public long SnapshotLogBytes { get; set; } = 64L << 20;

    /// <summary>How many log entries stay below a snapshot for followers that are a little behind; one that is further
    /// behind gets the snapshot. Default: 5,000.</summary>
    public int SnapshotKeepEntries { get; set; } = 5_000;

    /// <summary>How many bytes of the newest log entries stay in memory for followers. From 1 MiB. Default:
    /// 32 MiB.</summary>
    public long LogCacheBytes { get; set; } = 32L << 20;

    /// <summary>How long a leader tries to hand over leadership: one that stops, cut short by the host's own deadline,
    /// and one that is asked to (<see cref="IStoreMaintenance.TransferLeadershipAsync"/>). Default: 2 s.</summary>
    public TimeSpan LeadershipTransferTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The newest format that this member writes and asks the others to write; it reads every format up to
    /// the newest that this release knows. The cluster writes the lowest that its members name, so a rolling upgrade
    /// needs no setting. To step back to an older release, first set this to what that release reads, on every member,
    /// and wait until each has taken a snapshot since. From 3 to <see cref="NewestFormatVersion"/>; formats 1 and 2 were
    /// never released. Default: <see cref="NewestFormatVersion"/>.</summary>
    public int MaxFormatVersion { get; set; } = NewestFormatVersion;

    /// <summary>The newest format that this release writes and reads. Not a constant, which an app would compile
    /// in.</summary>
    public static int NewestFormatVersion => Commands.CommandFormat.Newest;

    /// <summary>The newest format that this member reads. Differs from <see cref="NewestFormatVersion"/> only where a
    /// test imitates a later release.</summary>
    internal int ReadFormatVersion { get; set; } = NewestFormatVersion;
}
