namespace EmbeddedConsensus;

/// <summary>
/// How a store is hosted. docs/configuration.md lists every setting, whether it may differ between the members of a
/// cluster, and whether a rolling restart may change it.
/// </summary>
public sealed class ConsensusStoreOptions
{
    /// <summary>The highest <see cref="MaxRequestBytes"/>, in bytes: what every member can receive and send.</summary>
    internal const int LargestRequestBytes = 64 << 20;

    /// <summary>The name of the cluster. Members of clusters with other names are refused. Default:
    /// <c>embedded-consensus</c>.</summary>
    public string ClusterName { get; set; } = "embedded-consensus";

    /// <summary>The id of this member: a number from 1 that no other member has or had. Default: 1.</summary>
    public ulong MemberId { get; set; } = 1;

    /// <summary>The members that a new cluster begins with, this one included, with the addresses at which their
    /// transports find each other: 1, 3, 5 or 7, the same list at each of them. Used when the disk is empty: later the
    /// cluster itself knows its members (<see cref="IClusterManager"/>), and this list only says where this member is
    /// to be found. Default: none, which is a cluster of this member alone.</summary>
    public IList<MemberOptions> Members { get; } = [];

    /// <summary>Addresses of members of a running cluster that this member is to join; one that answers is enough. Used
    /// when the disk is empty. Give either these or <see cref="Members"/>. At most 32. Default: none.</summary>
    public IList<string> JoinAddresses { get; } = [];

    /// <summary>Whether a member that joins stays a learner, without a vote, until it is promoted. Default: false, it
    /// votes as soon as it has caught up.</summary>
    public bool JoinAsLearner { get; set; }

    /// <summary>Where the other members find this one, in the form that the transport understands, <c>host:port</c> for
    /// TCP; at most 1,024 bytes. A member that starts with another address than its cluster knows tells the cluster.
    /// Required to join. Default: this member's address in <see cref="Members"/>.</summary>
    public string? AdvertisedAddress { get; set; }

    /// <summary>How often a leader sends heartbeats. From 5 ms. Default: 100 ms.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a follower waits for its leader before it campaigns; each wait is drawn from one to two times
    /// this. From 5 heartbeats to 1 min. Default: 1 s.</summary>
    public TimeSpan ElectionTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How linearizable reads are confirmed. Choose <see cref="LinearizableReadMode.LeaderLease"/> only where
    /// the clocks of all members keep to <see cref="MaxClockDrift"/>. It may differ between members, as during a
    /// rolling restart: the leader's setting counts. Default: <see cref="LinearizableReadMode.QuorumRound"/>, which
    /// assumes nothing about clocks.</summary>
    public LinearizableReadMode LinearizableReadMode { get; set; } = LinearizableReadMode.QuorumRound;

    /// <summary>What <see cref="LinearizableReadMode.LeaderLease"/> assumes: while the fastest of the members'
    /// monotonic clocks counts one second, the slowest counts at least one second less this part of it. A leader's
    /// lease is shorter by this part. If the clocks drift further apart, a leader that was cut off can for a moment
    /// answer reads that miss writes which the next leader has acknowledged. Used by the member that leads. From 0.001
    /// to 0.5. Default: 0.1, hundreds of times the drift of intact crystals.</summary>
    public double MaxClockDrift { get; set; } = 0.1;

    /// <summary>How long a call waits for a majority before it fails. From <see cref="ElectionTimeout"/>, or
    /// <see cref="Timeout.InfiniteTimeSpan"/> to wait until the caller cancels. Default: 7 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(7);

    /// <summary>The largest request of this member's callers, in bytes: a key with its value, or a whole transaction.
    /// Members with other values execute it as well. From 1 KiB to 64 MiB. Default: 1.5 MiB.</summary>
    public int MaxRequestBytes { get; set; } = 3 << 19;

    /// <summary>How many operations a list of a transaction may have, inner transactions counted. From 1 to 65,536.
    /// Default: 128.</summary>
    public int MaxTxnOperations { get; set; } = 128;

    /// <summary>How many writes, and how many linearizable reads, of this process may be pending.
    /// <see cref="WhenFull"/> says what becomes of one more. From 1. Default: 16,384.</summary>
    public int MaxPendingRequests { get; set; } = 16_384;

    /// <summary>What a call does when <see cref="MaxPendingRequests"/> are pending. Default:
    /// <see cref="WhenFull.Fail"/>.</summary>
    public WhenFull WhenFull { get; set; } = WhenFull.Fail;

    /// <summary>How many writes, and how many linearizable reads, of this process may wait for room with
    /// <see cref="WhenFull.Wait"/>. One more fails with <see cref="TooManyRequestsException"/>; so does a write while
    /// those that wait hold 160 MiB. From 1. Default: 16,384.</summary>
    public int MaxWaitingRequests { get; set; } = 16_384;

    /// <summary>How many bytes of events all watches of this process may hold in memory, those included that readers
    /// have taken and not passed on; each reader may hold one revision beyond it. When more wait, the watch that has
    /// waited longest drops its events and reads them from the history later. From 1 MiB. Default: 32 MiB.</summary>
    public long MaxWatchBytes { get; set; } = 32L << 20;

    /// <summary>Minimum log growth, in bytes, before a new snapshot is taken; a store whose last snapshot is longer
    /// waits for as much log as that. From 1 MiB. Default: 64 MiB.</summary>
    public long SnapshotThresholdBytes { get; set; } = 64L << 20;

    /// <summary>How many bytes of log entries, at least, stay on disk below a snapshot, for followers that were away
    /// for a moment; one that has missed more is sent the snapshot. A little more stays, because the log is cut at
    /// marks that are a small part of this apart. 0 or more. Default: 32 MiB.</summary>
    public long RetainedLogBytes { get; set; } = 32L << 20;

    /// <summary>How many bytes of the newest log entries stay in memory for followers. From 1 MiB. Default:
    /// 32 MiB.</summary>
    public long LogCacheBytes { get; set; } = 32L << 20;

    /// <summary>How long a leader tries to hand over leadership, when it stops (the host's own deadline cuts this
    /// short) and when it is asked to (<see cref="IStoreMaintenance.TransferLeadershipAsync"/>). From 0 to 1 h.
    /// Default: 2 s.</summary>
    public TimeSpan LeadershipTransferTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The newest format that this member writes and asks the others to write; it reads every format up to
    /// the newest that this release knows. The cluster writes the lowest that its members name, so a rolling upgrade
    /// needs no setting. To step back to an older release, first set this to what that release reads, on every member,
    /// and wait until each has taken a snapshot since. From 3 to <see cref="NewestFormatVersion"/>; formats 1 and 2
    /// were never released. Default: <see cref="NewestFormatVersion"/>.</summary>
    public int MaxFormatVersion { get; set; } = NewestFormatVersion;

    /// <summary>The newest format that this release writes and reads. Not a constant, which an app would compile
    /// in.</summary>
    public static int NewestFormatVersion => Commands.CommandFormat.Newest;

    /// <summary>The newest format that this member reads. Differs from <see cref="NewestFormatVersion"/> only where a
    /// test imitates a later release.</summary>
    internal int ReadFormatVersion { get; set; } = NewestFormatVersion;
}
