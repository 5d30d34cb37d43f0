using EmbeddedConsensus.Testing.Simulation;

namespace EmbeddedConsensus.Testing.Tests.Simulation;

public sealed class VirtualTimeTests
{
    [Fact]
    public void Events_happen_in_the_order_of_their_time_and_then_of_their_scheduling()
    {
        EventHeap events = new();
        List<string> happened = [];
        events.Schedule(20, EventKind.Call, 0, () => happened.Add("late"));
        events.Schedule(10, EventKind.Call, 0, () => happened.Add("early"));
        events.Schedule(10, EventKind.Call, 0, () => happened.Add("early too"));
        TraceHash trace = new();
        while (events.TryStep(100, trace))
        {
        }

        Assert.Equal(["early", "early too", "late"], happened);
        Assert.Equal(100, events.Now);
        Assert.Equal(3, events.Happened);
    }

    [Fact]
    public void Events_beyond_the_limit_wait()
    {
        EventHeap events = new();
        events.Schedule(200, EventKind.Call, 0, () => { });
        Assert.False(events.TryStep(100, new TraceHash()));
        Assert.True(events.TryStep(200, new TraceHash()));
    }

    [Fact]
    public void A_clock_that_jumps_forward_ticks_at_once_and_one_that_jumps_back_stops()
    {
        SimulatedClock clock = new();
        clock.Jump(3);
        Assert.Equal(4, clock.TakeTicks(1 * SimulatedClock.TickMicros, most: 100));
        clock.Jump(-2);
        int[] ticks =
        [
            .. Enumerable.Range(2, 3).Select(at => clock.TakeTicks(at * SimulatedClock.TickMicros, most: 100)),
        ];
        Assert.Equal([0, 0, 1], ticks);
    }

    [Fact]
    public void A_delayed_process_sees_the_time_that_passed_up_to_its_limit()
    {
        SimulatedClock clock = new();
        clock.Start(0);
        Assert.Equal(20, clock.TakeTicks(20 * SimulatedClock.TickMicros, most: 64));
        Assert.Equal(5, clock.TakeTicks(40 * SimulatedClock.TickMicros, most: 5));
        Assert.Equal(1, clock.TakeTicks(41 * SimulatedClock.TickMicros, most: 5));
    }

    [Fact]
    public void A_clock_that_runs_fast_ticks_early_and_the_time_of_day_may_jump_alone()
    {
        SimulatedClock clock = new();
        clock.SetRate(1.25, 0);
        Assert.Equal(SimulatedClock.TickMicros * 4 / 5, clock.MicrosToNextTick);
        DateTimeOffset before = clock.TimeOfDay(0);
        clock.JumpDay(-60);
        Assert.Equal(before.AddSeconds(-59), clock.TimeOfDay(1_000_000));
        Assert.Equal(1, clock.TakeTicks(SimulatedClock.TickMicros, most: 64));
        clock.SetRate(1, 400);
        Assert.Equal(TimeSpan.FromMicroseconds(1_100), clock.Monotonic(1_000));
    }

    [Fact]
    public void A_fork_of_a_random_stream_does_not_depend_on_earlier_draws()
    {
        SimulationRandom fresh = new(5);
        SimulationRandom used = new(5);
        used.NextUInt64();
        Assert.Equal(fresh.Fork(3).NextUInt64(), used.Fork(3).NextUInt64());
        Assert.NotEqual(fresh.Fork(3).NextUInt64(), fresh.Fork(4).NextUInt64());
    }

    [Fact]
    public void Random_numbers_stay_within_their_bounds_and_reach_them()
    {
        SimulationRandom random = new(1);
        HashSet<long> drawn = [.. Enumerable.Range(0, 1_000).Select(_ => random.Between(-2, 2))];
        Assert.Equal([-2, -1, 0, 1, 2], drawn.Order());
        HashSet<int> below = [.. Enumerable.Range(0, 1_000).Select(_ => random.Below(3))];
        Assert.Equal([0, 1, 2], below.Order());
    }
}
