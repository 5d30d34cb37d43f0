namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>A replica's own clock: it runs a little fast or slow, and may jump.</summary>
internal sealed class SimulatedClock(double rate)
{
    /// <summary>A tick of a clock that runs right, in microseconds: half of the default heartbeat interval, so that a
    /// simulated second holds more elections.</summary>
    public const long TickMicros = 50_000;

    private const int MaxTicksAtOnce = 64;

    private int _jumpTicks;

    /// <summary>The time to this clock's next tick.</summary>
    public long MicrosToNextTick => (long)(TickMicros / rate);

    /// <summary>Lets the clock jump forward, or stand still for some ticks.</summary>
    public void Jump(int ticks) => _jumpTicks += ticks;

    /// <summary>How many ticks have passed when the time of one is over.</summary>
    public int TakeTicks()
    {
        if (_jumpTicks < 0)
        {
            _jumpTicks++;
            return 0;
        }

        int ticks = Math.Min(MaxTicksAtOnce, 1 + _jumpTicks);
        _jumpTicks = 0;
        return ticks;
    }
}
