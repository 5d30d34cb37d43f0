namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>Changes of the membership. They are no faults, and happen in the middle of all of these.</summary>
internal sealed partial class FaultPlanner
{
    private void PlanMembership()
    {
        SimulationRandom swarm = _random.Fork(99);
        if (swarm.Chance(0.4))
        {
            return;
        }

        FaultKind[] kinds =
        [
            FaultKind.AddLearner, FaultKind.AddVoter, FaultKind.PromoteMember, FaultKind.DemoteMember,
            FaultKind.RemoveMember, FaultKind.ReplaceMember, FaultKind.SetVoters, FaultKind.CancelPlan,
        ];
        foreach (FaultKind kind in kinds)
        {
            SimulationRandom random = Stream(kind);
            Repeat(random, 0.5, 6 * Second, 40 * Second, at => New(at, kind) with
            {
                Target = One(random),
                Amount = random.Below(1_000),
            });
        }

        foreach (FaultKind kind in (FaultKind[])[FaultKind.MoveMember, FaultKind.LoseDisk, FaultKind.ReturnRemoved])
        {
            SimulationRandom random = Stream(kind);
            Repeat(random, 0.3, 10 * Second, 60 * Second, at => New(at, kind) with
            {
                Target = kind == FaultKind.ReturnRemoved ? FaultTarget.All : One(random),
                Amount = random.Below(1_000),
            });
        }

        PlanJointCrashes();
    }

    private void PlanLostCopies()
    {
        foreach (FaultKind kind in (FaultKind[])[FaultKind.LoseCopy, FaultKind.LoseTailCopy])
        {
            SimulationRandom random = Stream(kind);
            Repeat(random, 0.6, 8 * Second, 40 * Second, at => New(at, kind) with
            {
                Target = One(random),
                Amount = random.Below(1_000),
                DurationMicros = random.Between(Second, 4 * Second),
            });
        }
    }

    // The leader crashes in the middle of a change (scenario 27), or a member that applies one does.
    private void PlanJointCrashes()
    {
        SimulationRandom random = _random.Fork(98);
        CrashPoint[] points =
            [CrashPoint.ConfigurationIssued, CrashPoint.JointCommitted, CrashPoint.ConfigurationApplied];
        Repeat(random, 0.5, 5 * Second, 30 * Second, at => New(at, FaultKind.CrashAtPoint) with
        {
            Target = random.Chance(0.6) ? FaultTarget.Leader : FaultTarget.All,
            Point = points[random.Below(points.Length)],
            Amount = 1,
            DurationMicros = random.Exponential(Second),
        });
    }
}
