namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>Faults that show something only when they come together, in an order that chance rarely brings.</summary>
internal sealed partial class FaultPlanner
{
    private const long OnTheWayMicros = 60_000;

    // What was acknowledged by few of them is in one log only once one of these loses its disk and the others are down; if
    // the empty disk could help the rest to a majority, which was cut off, it would be gone (scenarios 1 and 31).
    private void PlanLostDiskHunts()
    {
        SimulationRandom random = _random.Fork(97);
        if (!random.Chance(0.6))
        {
            return;
        }

        long at = (3 * Second) + random.Exponential(6 * Second);
        while (at < _endMicros)
        {
            HuntLostDisk(random, at);
            at += random.Between(40 * Second, 120 * Second);
        }
    }

    private void HuntLostDisk(SimulationRandom random, long at)
    {
        int first = random.Below(_replicas);
        FaultTarget loser = FaultTarget.Of(first);
        ulong behind = 0;
        ulong ahead = 0;
        for (int i = 1; i < _replicas; i++)
        {
            ulong bit = 1UL << ((first + i) % _replicas);
            behind |= i % 2 == 1 ? bit : 0;
            ahead |= i % 2 == 0 ? bit : 0;
        }

        long cutOff = random.Between(Second / 2, 2 * Second);
        long down = random.Between(2 * Second, 4 * Second);
        _events.Add(New(at, FaultKind.Partition) with
        {
            Target = FaultTarget.OfMask(behind),
            DurationMicros = cutOff + (2 * OnTheWayMicros),
        });
        _events.Add(New(at + cutOff, FaultKind.Crash) with { Target = FaultTarget.OfMask(ahead), DurationMicros = down });
        _events.Add(New(at + cutOff + OnTheWayMicros, FaultKind.LoseDisk) with { Target = loser });
    }
}
