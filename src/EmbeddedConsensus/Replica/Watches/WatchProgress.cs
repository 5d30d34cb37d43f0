namespace EmbeddedConsensus.Replica;

/// <summary>Decides when a watch owes its reader a report of progress: once when it has caught up, then at most once
/// an interval, and on request. Wakes the reader when a report is due.</summary>
internal sealed class WatchProgress : IDisposable
{
    private readonly AsyncSignal _signal;
    private readonly ITimer? _timer;
    private volatile bool _isDue = true;
    private bool _isFirst = true;
    private long _reached;

    // Report once everything up to this revision was delivered; 0 when that was not requested.
    private long _requested;

    /// <summary>Starts to measure the interval.</summary>
    /// <param name="start">The first revision of the watch.</param>
    /// <param name="interval">The interval; infinite for the first report only.</param>
    /// <param name="time">The clock.</param>
    /// <param name="signal">Wakes the reader.</param>
    public WatchProgress(long start, TimeSpan interval, TimeProvider time, AsyncSignal signal)
    {
        _reached = start - 1;
        _signal = signal;
        if (interval != Timeout.InfiniteTimeSpan)
        {
            _timer = time.CreateTimer(static state => ((WatchProgress)state!).Due(), this, interval, interval);
        }
    }

    /// <summary>The reader was given a batch.</summary>
    /// <param name="revision">Its revision.</param>
    public void Delivered(long revision) => _reached = revision;

    /// <summary>Requests a report as soon as a revision is reached.</summary>
    /// <returns>The revision.</returns>
    public long Request(long revision)
    {
        Volatile.Write(ref _requested, revision);
        return revision;
    }

    /// <summary>Whether to report that the watch has come to a revision. If so, it counts as reported.</summary>
    /// <param name="revision">The revision; null when the watch has not caught up.</param>
    public bool TryReport(long? revision)
    {
        long requested = Volatile.Read(ref _requested);
        if (requested > 0 && revision >= requested)
        {
            // A later request stands.
            Interlocked.CompareExchange(ref _requested, 0, requested);
            _isFirst = false;
            _reached = Math.Max(_reached, revision.Value);
            return true;
        }

        if (!_isDue || revision is not { } reached || reached < _reached || (reached == _reached && !_isFirst))
        {
            return false;
        }

        _isDue = false;
        _isFirst = false;
        _reached = reached;
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => _timer?.Dispose();

    private void Due()
    {
        _isDue = true;
        _signal.Wake();
    }
}
