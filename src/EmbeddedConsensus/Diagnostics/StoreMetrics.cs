using System.Diagnostics.Metrics;

namespace EmbeddedConsensus.Diagnostics;

/// <summary>The instruments of one replica; docs/telemetry.md lists them. The meter carries the cluster's name and the
/// member's id as tags, so recording needs no tags and allocates nothing.</summary>
internal sealed class StoreMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "EmbeddedConsensus";

    // From a flush of a fast disk to a call that waits for an election.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries =
        [
            0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
        ],
    };

    private readonly Meter _meter;
    private readonly ObservableGauge<long> _peerLag;
    private volatile PeerLag[] _lags = [];

    /// <summary>The instruments of a replica.</summary>
    /// <param name="cluster">The name of its cluster.</param>
    /// <param name="member">Its id.</param>
    /// <param name="meters">Makes the meter; null for a meter of its own.</param>
    public StoreMetrics(string cluster, MemberId member, IMeterFactory? meters = null)
    {
        MeterOptions options = new(MeterName)
        {
            Tags =
            [
                new("embedded_consensus.cluster.name", cluster),
                new("embedded_consensus.member.id", member.ToString()),
            ],
        };
        _meter = meters?.Create(options) ?? new Meter(options);
        Proposals = _meter.CreateCounter<long>(
            "embedded_consensus.proposals", "{proposal}", "Writes that callers of this replica have submitted.");
        CommitDuration = _meter.CreateHistogram(
            "embedded_consensus.commit.duration", "s",
            "At the leader, the time from taking entries into its log until they are committed.", advice: Seconds);
        ApplyDuration = _meter.CreateHistogram(
            "embedded_consensus.apply.duration", "s",
            "The time from learning that entries are committed until they are applied.", advice: Seconds);
        FlushDuration = _meter.CreateHistogram(
            "embedded_consensus.log.flush.duration", "s",
            "The time that the log storage takes to make a batch durable.", advice: Seconds);
        LeaderChanges = _meter.CreateCounter<long>(
            "embedded_consensus.leader.changes", "{change}", "Changes of the leader that this replica has seen.");
        _peerLag = _meter.CreateObservableGauge(
            "embedded_consensus.peer.lag", ObservePeerLag, "{entry}",
            "At the leader, the log entries that a member is not known to have durably.");
    }

    /// <summary>Counts submitted writes.</summary>
    public Counter<long> Proposals { get; }

    /// <summary>Times commits.</summary>
    public Histogram<double> CommitDuration { get; }

    /// <summary>Times applying.</summary>
    public Histogram<double> ApplyDuration { get; }

    /// <summary>Times flushes of the log.</summary>
    public Histogram<double> FlushDuration { get; }

    /// <summary>Counts changes of the leader.</summary>
    public Counter<long> LeaderChanges { get; }

    /// <summary>Whether a listener observes how far the members lag.</summary>
    public bool ObservesPeerLag => _peerLag.Enabled;

    /// <summary>Replaces what listeners see of the members' lag.</summary>
    /// <param name="lags">The members' lag; empty at a replica that does not lead.</param>
    public void SetPeerLag(PeerLag[] lags) => _lags = lags;

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> ObservePeerLag() => _lags.Select(lag => new Measurement<long>(
        lag.Entries, new KeyValuePair<string, object?>("embedded_consensus.peer.id", lag.Peer.ToString())));
}
