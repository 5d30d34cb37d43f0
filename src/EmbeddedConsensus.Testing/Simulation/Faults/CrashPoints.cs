namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>Counts how often each <see cref="CrashPoint"/> is passed, and knows where the next crashes are to
/// be.</summary>
internal sealed class CrashPoints(SimulatedCluster cluster)
{
    private readonly List<Armed> _armed = [];
    private readonly int[] _armedAt = new int[Enum.GetValues<CrashPoint>().Length];

    /// <summary>Lets a crash happen at a point.</summary>
    public void Arm(FaultEvent fault)
    {
        _armed.Add(new Armed(fault) { Left = Math.Max(1, fault.Amount) });
        _armedAt[(int)fault.Point]++;
    }

    /// <summary>Forgets all crashes that have not happened.</summary>
    public void Disarm()
    {
        _armed.Clear();
        Array.Clear(_armedAt);
    }

    /// <summary>A replica passes a point.</summary>
    /// <param name="point">Where it is.</param>
    /// <param name="number">The replica.</param>
    /// <returns>The fault that ends it here, or null.</returns>
    public FaultEvent? Pass(CrashPoint point, int number)
    {
        cluster.Statistics.PointsPassed.Add(point);
        if (_armedAt[(int)point] == 0)
        {
            return null;
        }

        int leader = cluster.LeaderNumber;
        for (int i = 0; i < _armed.Count; i++)
        {
            Armed armed = _armed[i];
            if (armed.Fault.Point == point && armed.Fault.Target.Includes(number, leader) && --armed.Left == 0)
            {
                _armed.RemoveAt(i);
                _armedAt[(int)point]--;
                cluster.Statistics.PointsCrashed.Add(point);
                return armed.Fault;
            }
        }

        return null;
    }

    private sealed class Armed(FaultEvent fault)
    {
        public FaultEvent Fault { get; } = fault;

        public int Left { get; set; }
    }
}
