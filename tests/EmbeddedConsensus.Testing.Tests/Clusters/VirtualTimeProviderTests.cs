namespace EmbeddedConsensus.Testing.Tests.Clusters;

/// <summary>The virtual clock of a test cluster.</summary>
public sealed class VirtualTimeProviderTests
{
    private readonly VirtualTimeProvider _time = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Timers_fire_in_the_order_of_their_due_times_each_at_its_own_instant()
    {
        using ITimer late = Timer("late", 30);
        using ITimer early = Timer("early", 10);
        using ITimer alsoEarly = Timer("also early", 10);

        _time.Advance(TimeSpan.FromMilliseconds(9));
        Assert.Empty(_fired);
        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(["early at 10", "also early at 10", "late at 30"], _fired);
        Assert.Equal(TimeSpan.FromMilliseconds(109), _time.Elapsed);
    }

    [Fact]
    public void A_periodic_timer_fires_at_each_period_until_it_is_disposed()
    {
        ITimer timer = Timer("tick", 10, 20);
        _time.Advance(TimeSpan.FromMilliseconds(55));
        timer.Dispose();
        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(["tick at 10", "tick at 30", "tick at 50"], _fired);
        Assert.False(timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void A_changed_timer_fires_only_at_its_new_time()
    {
        using ITimer timer = Timer("t", 10, 10);
        timer.Change(TimeSpan.FromMilliseconds(25), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(["t at 25"], _fired);
    }

    [Fact]
    public void A_timer_that_sets_another_for_the_same_instant_sees_it_fire()
    {
        using ITimer second = Timer("second", Timeout.Infinite);
        using ITimer first = _time.CreateTimer(
            _ => second.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan), null,
            TimeSpan.FromMilliseconds(5), Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromMilliseconds(5));

        Assert.Equal(["second at 5"], _fired);
    }

    [Fact]
    public void A_timer_that_an_earlier_one_of_the_same_instant_disposes_does_not_fire()
    {
        ITimer? victim = null;
        using ITimer first = _time.CreateTimer(
            _ => victim!.Dispose(), null, TimeSpan.FromMilliseconds(5), Timeout.InfiniteTimeSpan);
        victim = Timer("victim", 5);

        _time.Advance(TimeSpan.FromMilliseconds(50));

        Assert.Empty(_fired);
    }

    [Fact]
    public async Task Delays_and_timeouts_of_the_framework_run_on_virtual_time()
    {
        Task delay = Task.Delay(TimeSpan.FromHours(1), _time);
        using CancellationTokenSource timeout = new(TimeSpan.FromMinutes(30), _time);
        long start = _time.GetTimestamp();

        _time.Advance(TimeSpan.FromMinutes(30));
        Assert.True(timeout.IsCancellationRequested);
        Assert.False(delay.IsCompleted);

        _time.Advance(TimeSpan.FromMinutes(30));
        await delay;
        Assert.Equal(TimeSpan.FromHours(1), _time.GetElapsedTime(start));
    }

    [Fact]
    public void Time_does_not_go_back_and_a_wrong_due_time_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _time.Advance(TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Timer("never", -7));
    }

    private ITimer Timer(string name, int dueMilliseconds, int periodMilliseconds = Timeout.Infinite) =>
        _time.CreateTimer(
            _ => _fired.Add($"{name} at {_time.Elapsed.TotalMilliseconds}"), null,
            TimeSpan.FromMilliseconds(dueMilliseconds), TimeSpan.FromMilliseconds(periodMilliseconds));
}
