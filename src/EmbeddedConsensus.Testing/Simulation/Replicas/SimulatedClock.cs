namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>A replica's own clocks: the one that ticks runs a little fast or slow and may jump or stand still; the time
/// of day may be anything.</summary>
internal sealed class SimulatedClock
{
    /// <summary>A tick of a clock that runs right, in microseconds: half of the default heartbeat interval, so that a
    /// simulated second holds more elections.</summary>
    public const long TickMicros = 50_000;

    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private int _jumpTicks;
    private long _lastTick;
    private TimeSpan _dayOffset;
    private double _rate = 1;
    private double _monotonicMicros;
    private long _rateSince;

    /// <summary>How fast the clock runs; 1 is right.</summary>
    public double Rate => _rate;

    /// <summary>Lets the clock run faster or slower from now on.</summary>
    /// <param name="rate">How fast; 1 is right.</param>
    /// <param name="nowMicros">Virtual time.</param>
    public void SetRate(double rate, long nowMicros)
    {
        _monotonicMicros += (nowMicros - _rateSince) * _rate;
        _rateSince = nowMicros;
        _rate = rate;
    }

    /// <summary>The reading of the monotonic clock, which advances while the process is paused.</summary>
    /// <param name="nowMicros">Virtual time.</param>
    public TimeSpan Monotonic(long nowMicros) =>
        TimeSpan.FromMicroseconds(_monotonicMicros + ((nowMicros - _rateSince) * _rate));

    /// <summary>The time to this clock's next tick.</summary>
    public long MicrosToNextTick => (long)(TickMicros / Rate);

    /// <summary>Lets the clock jump forward, or stand still for some ticks.</summary>
    public void Jump(int ticks) => _jumpTicks += ticks;

    /// <summary>Lets the time of day jump.</summary>
    public void JumpDay(int seconds) => _dayOffset += TimeSpan.FromSeconds(seconds);

    /// <summary>The time of day as this replica believes it to be.</summary>
    /// <param name="nowMicros">Virtual time.</param>
    public DateTimeOffset TimeOfDay(long nowMicros) =>
        Beginning + _dayOffset + TimeSpan.FromMicroseconds(nowMicros);

    /// <summary>The process begins, and has missed no tick.</summary>
    /// <param name="nowMicros">Virtual time.</param>
    public void Start(long nowMicros) => _lastTick = nowMicros;

    /// <summary>How many ticks have passed since the last call: more than one when the process was held up.</summary>
    /// <param name="nowMicros">Virtual time.</param>
    /// <param name="most">How many ticks the process makes up for at once.</param>
    public int TakeTicks(long nowMicros, int most)
    {
        long passed = Math.Max(1, (nowMicros - _lastTick) / MicrosToNextTick);
        _lastTick = nowMicros;
        long ticks = passed + _jumpTicks;
        _jumpTicks = (int)Math.Min(0, ticks);
        return (int)Math.Clamp(ticks, 0, Math.Max(1, most));
    }
}
