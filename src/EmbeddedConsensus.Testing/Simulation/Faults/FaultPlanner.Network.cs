namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>Faults of the network, and what all kinds are drawn with.</summary>
internal sealed partial class FaultPlanner
{
    private void PlanNetwork()
    {
        SimulationRandom partitions = Stream(FaultKind.Partition);
        double oneWay = partitions.Chance(0.5) ? partitions.NextDouble() : 0;
        long partitioned = Longer(partitions) * 2 * Second;
        Repeat(partitions, 0.5, Second, 8 * Second, at => New(at, FaultKind.Partition) with
        {
            Target = partitions.Below(2) == 0
                ? One(partitions)
                : FaultTarget.OfMask((ulong)partitions.Between(1, (1L << _replicas) - 2)),
            Direction = Way(partitions, oneWay),
            DurationMicros = partitions.Exponential(partitioned),
        });

        SimulationRandom cuts = Stream(FaultKind.LinkCut);
        Repeat(cuts, 0.4, Second, 8 * Second, at => OfLink(cuts, at, FaultKind.LinkCut) with
        {
            Direction = Way(cuts, oneWay),
            DurationMicros = cuts.Exponential(3 * Second),
        });

        SimulationRandom flaps = Stream(FaultKind.LinkFlap);
        Repeat(flaps, 0.3, 2 * Second, 15 * Second, at => OfLink(flaps, at, FaultKind.LinkFlap) with
        {
            Amount = 2 + flaps.Below(20),
            Direction = Way(flaps, oneWay),
            DurationMicros = flaps.Between(Second / 2, 8 * Second),
        });

        PlanNoise(FaultKind.MessageLoss);
        PlanNoise(FaultKind.MessageDelay);
        PlanNoise(FaultKind.MessageDuplication);
        PlanNoise(FaultKind.MessageReordering);
        PlanLateAnswers();
    }

    // A leader whose messages are lost while late answers to earlier ones still arrive: they must not confirm its
    // reads,
    // since the others elect another leader meanwhile (scenario 8).
    private void PlanLateAnswers()
    {
        SimulationRandom random = Stream(FaultKind.MessageDelay).Fork(1);
        Repeat(random, 0.5, 3 * Second, 10 * Second, at => New(at, FaultKind.MessageDelay) with
        {
            Target = FaultTarget.Leader,
            Peer = FaultTarget.All,
            Direction = LinkDirection.Incoming,
            Intensity = 0.5 + (3 * random.NextDouble()),
            DurationMicros = random.Between(3 * Second, 6 * Second),
        });
        foreach (FaultEvent delay in _events.FindAll(item =>
            item is { Kind: FaultKind.MessageDelay, Target.IsLeader: true }))
        {
            _events.Add(New(delay.AtMicros + random.Between(Second, 3 * Second), FaultKind.Partition) with
            {
                Target = FaultTarget.Leader,
                Direction = LinkDirection.Outgoing,
                DurationMicros = random.Between(2 * Second, 5 * Second),
            });
        }
    }

    // A little everywhere and all the time, or much on a link for a while, or both.
    private void PlanNoise(FaultKind kind)
    {
        SimulationRandom random = Stream(kind);
        if (random.Chance(0.4))
        {
            _events.Add(New(0, kind) with
            {
                Target = FaultTarget.All,
                Peer = FaultTarget.All,
                Intensity = random.NextDouble() * 0.2,
                DurationMicros = _endMicros,
            });
        }

        Repeat(random, 0.3, 2 * Second, 20 * Second, at => OfLink(random, at, kind) with
        {
            Direction = Way(random, 0.5),
            Intensity = random.NextDouble(),
            DurationMicros = random.Exponential(3 * Second),
        });
    }

    private SimulationRandom Stream(FaultKind kind) => _random.Fork(100 + (ulong)kind);

    private void Repeat(SimulationRandom random, double onRate, long fewest, long most, Func<long, FaultEvent> draw)
    {
        bool isOn = random.Chance(onRate);
        long every = random.Between(fewest, most);
        if (!isOn)
        {
            return;
        }

        for (long at = random.Exponential(every); at < _endMicros; at += 1 + random.Exponential(every))
        {
            FaultEvent drawn = draw(at);
            if (at % _cycleMicros < _stormMicros)
            {
                _events.Add(drawn);
            }
        }
    }

    // A replica that is away for long has fallen behind the log, and receives a snapshot.
    private static long Longer(SimulationRandom random) => random.Chance(0.3) ? 5 : 1;

    private static FaultEvent New(long at, FaultKind kind) => new(at, kind, FaultTarget.None);

    private FaultTarget One(SimulationRandom random)
    {
        int number = random.Below(_replicas);
        return random.Chance(LeaderRate) ? FaultTarget.Leader : FaultTarget.Of(number);
    }

    private FaultEvent OfLink(SimulationRandom random, long at, FaultKind kind)
    {
        int from = random.Below(_replicas);
        int to = (from + 1 + random.Below(_replicas - 1)) % _replicas;
        return new FaultEvent(at, kind, FaultTarget.Of(from)) { Peer = FaultTarget.Of(to) };
    }

    private static LinkDirection Way(SimulationRandom random, double oneWayRate) =>
        !random.Chance(oneWayRate) ? LinkDirection.Both
        : random.Chance(0.5) ? LinkDirection.Outgoing
        : LinkDirection.Incoming;

    private static double Rate(SimulationRandom random, double most) => 1 + ((random.NextDouble() - 0.5) * 2 * most);
}
