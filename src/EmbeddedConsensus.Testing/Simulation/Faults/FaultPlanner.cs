namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>
/// Draws the fault schedule of a seed by the rules of swarm testing: a random subset of the kinds is on, each with a
/// random rate and intensity, because bugs hide where one fault is absent as often as where another is present. Each
/// kind has a random stream of its own.
/// </summary>
internal sealed partial class FaultPlanner
{
    private const long Second = 1_000_000;
    private const long Forever = 100_000 * Second;
    private const double CalmRate = 0.4;
    private const double LeaderRate = 0.3;

    // Any two clocks drift apart by less than a tenth, the default assumption of leases.
    private const double MaxDriftOfLeases = 0.045;

    private readonly SimulationRandom _random;
    private readonly int _replicas;
    private readonly bool _keepsClocks;
    private readonly long _endMicros;
    private readonly List<FaultEvent> _events = [];
    private readonly long _cycleMicros;
    private readonly long _stormMicros;

    private FaultPlanner(SimulationRandom random, int replicas, int virtualSeconds, bool keepsClocks)
    {
        _random = random;
        _replicas = replicas;
        _keepsClocks = keepsClocks;
        _endMicros = virtualSeconds * Second;

        // Storms with calms between them let a cluster get far enough for the next storm to hit something else.
        _cycleMicros = random.Between(5 * Second, 40 * Second);
        _stormMicros = random.Chance(CalmRate)
            ? (long)(_cycleMicros * (0.2 + (0.7 * random.NextDouble())))
            : _cycleMicros;
    }

    /// <summary>Draws a schedule.</summary>
    /// <param name="random">The stream to draw from.</param>
    /// <param name="replicas">The number of replicas.</param>
    /// <param name="virtualSeconds">How long faults are injected.</param>
    /// <param name="keepsClocks">Whether clocks keep to what leader leases rest on: they drift a little, for good, and
    /// do not jump.</param>
    public static FaultSchedule Plan(
        SimulationRandom random, int replicas, int virtualSeconds, bool keepsClocks = false)
    {
        FaultPlanner planner = new(random, replicas, virtualSeconds, keepsClocks);
        planner.PlanProcesses();
        planner.PlanClocks();
        planner.PlanDisks();
        planner.PlanMembership();
        planner.PlanLostCopies();
        if (replicas > 1)
        {
            planner.PlanNetwork();
        }

        return new FaultSchedule(
            virtualSeconds, FaultSchedule.ManyCallers, [.. planner._events.OrderBy(item => item.AtMicros)]);
    }

    private void PlanProcesses()
    {
        SimulationRandom crashes = Stream(FaultKind.Crash);
        long down = crashes.Chance(0.3)
            ? crashes.Between(1_000, Second / 10)
            : crashes.Between(Second / 10, Longer(crashes) * 5 * Second);
        double all = crashes.Chance(0.3) ? 0.3 : 0;
        Repeat(crashes, 0.6, Second, 8 * Second, at => New(at, FaultKind.Crash) with
        {
            Target = crashes.Chance(all) ? FaultTarget.All : One(crashes),
            DurationMicros = crashes.Exponential(down),
        });

        SimulationRandom pauses = Stream(FaultKind.Pause);
        Repeat(pauses, 0.4, Second, 8 * Second, at => New(at, FaultKind.Pause) with
        {
            Target = One(pauses),
            DurationMicros = pauses.Between(0, 4 * Second),
        });

        SimulationRandom transfers = Stream(FaultKind.LeadershipTransfer);
        Repeat(transfers, 0.3, Second, 8 * Second, at => New(at, FaultKind.LeadershipTransfer) with
        {
            Target = transfers.Chance(0.8) ? FaultTarget.Leader : One(transfers),
            Peer = FaultTarget.Of(transfers.Below(_replicas)),
        });
        SimulationRandom upgrades = Stream(FaultKind.Upgrade);
        Repeat(upgrades, 0.7, 4 * Second, 60 * Second, at => New(at, FaultKind.Upgrade) with
        {
            Target = One(upgrades),
            DurationMicros = upgrades.Exponential(Second / 2),
        });
        PlanCrashPoints();
    }

    private void PlanCrashPoints()
    {
        SimulationRandom points = Stream(FaultKind.CrashAtPoint);
        CrashPoint[] all = Enum.GetValues<CrashPoint>();
        long down = points.Between(Second / 100, 3 * Second);
        Repeat(points, 0.6, Second, 8 * Second, at => New(at, FaultKind.CrashAtPoint) with
        {
            Target = points.Chance(0.6) ? FaultTarget.All : One(points),
            Point = all[points.Below(all.Length)],
            Amount = 1 + points.Below(points.Chance(0.5) ? 3 : 20),
            DurationMicros = points.Exponential(down),
        });

        // One that voted is back while the requests of other candidates are still on their way (scenario 1).
        SimulationRandom votes = points.Fork(1);
        Repeat(votes, 0.4, Second / 2, 2 * Second, at => New(at, FaultKind.CrashAtPoint) with
        {
            Target = FaultTarget.All,
            Point = CrashPoint.VoteSent,
            Amount = 1,
            DurationMicros = votes.Between(0, 5_000),
        });

        // A leader that replicates little before it is gone (figure 8 of the Raft paper begins so).
        SimulationRandom hunts = points.Fork(2);
        Repeat(hunts, 0.25, Second, 4 * Second, at => New(at, FaultKind.CrashAtPoint) with
        {
            Target = FaultTarget.Leader,
            Point = CrashPoint.MessageSent,
            Amount = 1 + hunts.Below(12),
            DurationMicros = hunts.Exponential(Second),
        });
    }

    private void PlanClocks()
    {
        SimulationRandom jumps = Stream(FaultKind.ClockJump);
        Repeat(jumps, _keepsClocks ? 0 : 0.4, Second, 8 * Second, at => New(at, FaultKind.ClockJump) with
        {
            Target = One(jumps),
            Amount = (int)jumps.Between(-60, 60),
        });

        // All at once, so that the replicas campaign together.
        SimulationRandom together = jumps.Fork(1);
        Repeat(together, _keepsClocks ? 0 : 0.25, Second / 2, 4 * Second, at => New(at, FaultKind.ClockJump) with
        {
            Target = FaultTarget.All,
            Amount = (int)together.Between(10, 30),
        });

        SimulationRandom drift = Stream(FaultKind.ClockDrift);
        double most = drift.NextDouble() * (_keepsClocks ? MaxDriftOfLeases : 0.3);
        if (drift.Chance(0.5))
        {
            for (int number = 0; number < _replicas; number++)
            {
                _events.Add(New(0, FaultKind.ClockDrift) with
                {
                    Target = FaultTarget.Of(number),
                    Intensity = Rate(drift, most),
                    DurationMicros = Forever,
                });
            }
        }

        Repeat(drift, _keepsClocks ? 0 : 0.2, 5 * Second, 30 * Second, at => New(at, FaultKind.ClockDrift) with
        {
            Target = One(drift),
            Intensity = Rate(drift, most),
            DurationMicros = drift.Exponential(5 * Second),
        });

        SimulationRandom day = Stream(FaultKind.WallClockJump);
        Repeat(day, 0.3, 2 * Second, 20 * Second, at => New(at, FaultKind.WallClockJump) with
        {
            Target = One(day),
            Amount = (int)day.Between(-100_000, 100_000),
        });
    }

    private void PlanDisks()
    {
        SimulationRandom slow = Stream(FaultKind.SlowDisk);
        Repeat(slow, 0.4, Second, 8 * Second, at => New(at, FaultKind.SlowDisk) with
        {
            Target = One(slow),
            DurationMicros = slow.Exponential(2 * Second),
        });

        SimulationRandom hanging = Stream(FaultKind.HangingDisk);
        Repeat(hanging, 0.3, 3 * Second, 20 * Second, at => New(at, FaultKind.HangingDisk) with
        {
            Target = One(hanging),
            // Some for longer than the storage waits.
            DurationMicros = hanging.Chance(0.2)
                ? hanging.Between(8 * Second, 40 * Second)
                : hanging.Between(Second / 5, 8 * Second),
        });

        SimulationRandom full = Stream(FaultKind.FullDisk);
        Repeat(full, 0.2, 8 * Second, 40 * Second, at => New(at, FaultKind.FullDisk) with
        {
            Target = One(full),
            DurationMicros = full.Between(Second / 10, 6 * Second),
        });

        SimulationRandom errors = Stream(FaultKind.FsyncError);
        Repeat(errors, 0.35, 2 * Second, 20 * Second, at => New(at, FaultKind.FsyncError) with
        {
            Target = One(errors),
        });

        SimulationRandom tails = Stream(FaultKind.LoseTail);
        Repeat(tails, 0.5, Second, 8 * Second, at => New(at, FaultKind.LoseTail) with
        {
            Target = One(tails),
            Amount = 1 + tails.Below(8),
            DurationMicros = tails.Exponential(Second / 2),
        });

        FaultKind[] damages =
        [
            FaultKind.RottenLog, FaultKind.RottenHardState, FaultKind.RottenSnapshot, FaultKind.MisdirectedWrite,
            FaultKind.StaleSector,
        ];
        foreach (FaultKind damage in damages)
        {
            SimulationRandom random = Stream(damage);
            Repeat(random, 0.35, 10 * Second, 90 * Second, at => New(at, damage) with
            {
                Target = One(random),
                Amount = random.Below(1_000),
            });
        }
    }
}
