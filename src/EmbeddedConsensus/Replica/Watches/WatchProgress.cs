namespace EmbeddedConsensus.Replica;

/// <summary>Decides when a watch owes its reader a report of progress: once when it has caught up, and then at most
/// once an interval. Wakes the reader when a report is due.</summary>
internal sealed class WatchProgress : IDisposable
{
    private readonly AsyncSignal _signal;
    private readonly ITimer? _timer;
    private volatile bool _isDue = true;
    private bool _isFirst = true;
    private long _reached;

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

    /// <summary>Whether to report that the watch has come to a revision. If so, it counts as reported.</summary>
    /// <param name="revision">The revision; null when the watch has not caught up.</param>
    public bool TryReport(long? revision)
    {
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
