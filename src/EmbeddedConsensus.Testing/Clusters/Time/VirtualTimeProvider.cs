namespace EmbeddedConsensus.Testing;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire in the order of their due times, and those of the same
/// instant in the order in which they were set, on the thread that moves the clock.
/// </summary>
/// <remarks>Give it to everything in an app that takes a <see cref="TimeProvider"/>. The clock of a
/// <see cref="ConsensusTestCluster"/> is moved by the cluster's own methods, which let the replicas come to rest in
/// between. Safe for use by several threads.</remarks>
public sealed class VirtualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedSet<VirtualTimer> _armed = new(VirtualTimer.InOrder);
    private readonly DateTimeOffset _start;
    private DateTimeOffset _now;
    private long _sequence;

    /// <summary>A clock that stands at the beginning of the year 2030, UTC.</summary>
    public VirtualTimeProvider()
        : this(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>A clock that stands at a time.</summary>
    /// <param name="start">The time.</param>
    public VirtualTimeProvider(DateTimeOffset start)
    {
        _start = start.ToUniversalTime();
        _now = _start;
    }

    /// <summary>How far the clock was moved since it was made.</summary>
    public TimeSpan Elapsed => GetUtcNow() - _start;

    /// <summary>Universal time: the outcome of a test must not depend on where it runs.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Ticks of 100 ns.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <inheritdoc />
    public override long GetTimestamp() => Elapsed.Ticks;

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        VirtualTimer timer = new(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward and fires every timer that falls due on the way, at its own instant.</summary>
    /// <param name="duration">How far; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The duration is negative.</exception>
    public void Advance(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        DateTimeOffset end = GetUtcNow() + duration;
        while (AdvanceToNext(end))
        {
        }
    }

    /// <summary>Moves the clock to the next instant at which a timer is due and fires the timers of that instant; or to
    /// a limit, if none is due by then. A timer that is set meanwhile for the same instant fires with the next
    /// call.</summary>
    /// <param name="limit">Where to stop at the latest.</param>
    /// <returns>Whether timers have fired.</returns>
    internal bool AdvanceToNext(DateTimeOffset limit)
    {
        long lastSequence;
        lock (_gate)
        {
            bool isDue = _armed.Min is { } first && first.Due <= limit;
            DateTimeOffset next = isDue ? _armed.Min!.Due : limit;
            _now = next > _now ? next : _now;
            if (!isDue)
            {
                return false;
            }

            lastSequence = _sequence;
        }

        while (TakeDue(lastSequence) is { } timer)
        {
            timer.Fire();
        }

        return true;
    }

    /// <summary>Sets a timer, in place of what it was set to before.</summary>
    internal void Arm(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            _armed.Remove(timer);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                timer.Arm(_now + dueTime, period, ++_sequence);
                _armed.Add(timer);
            }
        }
    }

    private VirtualTimer? TakeDue(long lastSequence)
    {
        lock (_gate)
        {
            if (_armed.Min is not { } timer || timer.Due > _now || timer.Sequence > lastSequence)
            {
                return null;
            }

            _armed.Remove(timer);
            if (timer.Period > TimeSpan.Zero)
            {
                timer.Arm(timer.Due + timer.Period, timer.Period, ++_sequence);
                _armed.Add(timer);
            }

            return timer;
        }
    }
}
