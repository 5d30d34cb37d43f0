namespace EmbeddedConsensus.Replica.Core;

/// <summary>Decides when a snapshot is due, which is when the log after the last one costs more than writing a new one,
/// and how much of the log may go once it is there.</summary>
internal sealed class SnapshotPolicy
{
    private const int MaxDoublings = 6;

    private readonly ReplicaCoreOptions _options;
    private readonly LogMarks _marks;
    private long _logBytes;
    private long _snapshotBytes;
    private bool _running;
    private bool _isOverdue;
    private int _failures;
    private ulong _notBefore;

    /// <summary>The policy of a replica that starts.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="applied">The applied index: that of the newest snapshot, or 0.</param>
    public SnapshotPolicy(ReplicaCoreOptions options, ulong applied)
    {
        _options = options;
        _marks = new LogMarks(applied, options.RetainedLogBytes, options.SnapshotThresholdBytes);
    }

    /// <summary>Whether a snapshot should be taken now.</summary>
    /// <param name="now">The tick.</param>
    public bool IsDue(ulong now) => !_running && now >= _notBefore
        && (_isOverdue || _logBytes >= Math.Max(_options.SnapshotThresholdBytes, _snapshotBytes));

    /// <summary>Counts log that was applied.</summary>
    /// <param name="index">The last applied index.</param>
    /// <param name="bytes">The size of the entries since the last call.</param>
    public void Applied(ulong index, long bytes)
    {
        _logBytes += bytes;
        _marks.Add(index, bytes);
    }

    /// <summary>A snapshot begins.</summary>
    public void Begin()
    {
        _running = true;
        _logBytes = 0;
    }

    /// <summary>A snapshot of the leader was installed. One of this replica's own may still be under way.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="bytes">Its length.</param>
    public void Restored(ulong index, long bytes)
    {
        _isOverdue = false;
        _logBytes = 0;
        _snapshotBytes = bytes;
        _marks.Reset(index);
    }

    /// <summary>The snapshot that was begun is aborted.</summary>
    public void Aborted() => _running = false;

    /// <summary>The snapshot that was begun could not be written for now: it is due again after a wait, which doubles
    /// with each failure.</summary>
    /// <param name="now">The tick.</param>
    public void Postponed(ulong now)
    {
        _running = false;
        _isOverdue = true;
        _notBefore = now + (_options.SnapshotRetryTicks << Math.Min(_failures, MaxDoublings));
        _failures++;
    }

    /// <summary>The snapshot that was begun is published.</summary>
    public void Published(long bytes)
    {
        _running = false;
        _isOverdue = false;
        _failures = 0;
        _notBefore = 0;
        _snapshotBytes = bytes;
    }

    /// <summary>The last index that the log may forget now that a snapshot is published.</summary>
    /// <param name="snapshot">The index of the snapshot.</param>
    public ulong CompactionIndex(ulong snapshot) => _marks.IndexBelowTail(snapshot);
}
