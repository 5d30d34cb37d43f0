namespace EmbeddedConsensus.Replica.Core;

/// <summary>Decides when a snapshot is due: when the log since the last one costs more than writing a new
/// one.</summary>
internal sealed class SnapshotPolicy(ReplicaCoreOptions options)
{
    private long _logBytes;
    private long _snapshotBytes;
    private bool _running;

    /// <summary>Whether a snapshot should be taken now.</summary>
    public bool IsDue => !_running && _logBytes >= Math.Max(options.SnapshotLogBytes, _snapshotBytes);

    /// <summary>Counts log that was applied.</summary>
    public void Applied(long bytes) => _logBytes += bytes;

    /// <summary>A snapshot begins.</summary>
    public void Begin()
    {
        _running = true;
        _logBytes = 0;
    }

    /// <summary>A snapshot came from the leader. One of this replica's own may still be under way.</summary>
    public void Restored(long bytes)
    {
        _logBytes = 0;
        _snapshotBytes = bytes;
    }

    /// <summary>The snapshot that was begun is aborted.</summary>
    public void Aborted() => _running = false;

    /// <summary>The snapshot that was begun is published.</summary>
    public void Published(long bytes)
    {
        _running = false;
        _snapshotBytes = bytes;
    }
}
