namespace EmbeddedConsensus.Replica;

/// <summary>Wakes a thread whose wait is over. The system's time passes for a waiting thread by itself; how long a wait
/// takes on another clock, only that clock knows.</summary>
internal sealed class TurnAlarm : IDisposable
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ITimer? _timer;

    /// <summary>An alarm that is not set.</summary>
    /// <param name="time">The source of time.</param>
    /// <param name="wake">Wakes the thread.</param>
    public TurnAlarm(TimeProvider time, Action wake)
    {
        _time = time;
        _start = time.GetTimestamp();
        if (time != TimeProvider.System)
        {
            _timer = time.CreateTimer(
                static wake => ((Action)wake!)(), wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The time since the alarm was made, in microseconds, by the monotonic clock.</summary>
    public long ElapsedMicros => (long)_time.GetElapsedTime(_start).TotalMicroseconds;

    /// <summary>Sets the alarm.</summary>
    /// <param name="wait">The wait; <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
    /// <returns>How long the thread has to wait by itself.</returns>
    public TimeSpan Set(TimeSpan wait)
    {
        if (_timer is null || wait == TimeSpan.Zero)
        {
            return wait;
        }

        _timer.Change(wait, Timeout.InfiniteTimeSpan);
        return Timeout.InfiniteTimeSpan;
    }

    /// <inheritdoc />
    public void Dispose() => _timer?.Dispose();
}
