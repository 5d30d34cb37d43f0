namespace EmbeddedConsensus.Replica;

/// <summary>Turns a clock into ticks and into waits for the next tick.</summary>
internal sealed class TickClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly int _maxTicksPerTurn;
    private readonly long _start;
    private readonly ITimer? _alarm;
    private long _lastTick;

    /// <summary>Starts the clock.</summary>
    /// <param name="time">The source of time.</param>
    /// <param name="interval">The length of a tick.</param>
    /// <param name="maxTicksPerTurn">The ticks that may pass in one turn.</param>
    /// <param name="wake">Called at each tick when <paramref name="time"/> is not the system's clock: how long a wait
    /// takes on another clock, only that clock knows.</param>
    public TickClock(TimeProvider time, TimeSpan interval, int maxTicksPerTurn, Action wake)
    {
        _time = time;
        _interval = interval;
        _maxTicksPerTurn = maxTicksPerTurn;
        _start = time.GetTimestamp();
        _lastTick = _start;
        if (time != TimeProvider.System)
        {
            _alarm = time.CreateTimer(static wake => ((Action)wake!)(), wake, interval, interval);
        }
    }

    /// <summary>The time since the start.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_start);

    /// <summary>The ticks that are due; they count as taken.</summary>
    /// <param name="untilNext">The time to wait for the next one.</param>
    public int TakeTicks(out TimeSpan untilNext)
    {
        TimeSpan elapsed = _time.GetElapsedTime(_lastTick);
        int ticks = 0;
        if (elapsed >= _interval)
        {
            ticks = (int)Math.Min(elapsed / _interval, _maxTicksPerTurn);
            elapsed -= ticks * _interval;
            if (elapsed >= _interval)
            {
                // The thread was held up for long. What happened meanwhile arrives as messages, which come first.
                elapsed = TimeSpan.Zero;
            }

            _lastTick = _time.GetTimestamp() - (long)(elapsed.TotalSeconds * _time.TimestampFrequency);
        }

        // Rounded up, because a wait shorter than a millisecond does not wait.
        untilNext = _alarm is not null
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((_interval - elapsed).TotalMilliseconds)));
        return ticks;
    }

    /// <inheritdoc />
    public void Dispose() => _alarm?.Dispose();
}
