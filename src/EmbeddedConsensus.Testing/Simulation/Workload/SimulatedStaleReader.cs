using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>Reads at members that think they lead while another one leads a later term. That time is short, so callers
/// who choose their member by chance seldom hit it.</summary>
internal sealed class SimulatedStaleReader
{
    private const long MeanMicros = 15_000;
    private const int Number = 2_000;

    private static readonly ReadRequest Request = new(KeyRange.All, new RangeOptions { CountOnly = true });

    private readonly SimulatedCluster _cluster;
    private readonly SimulationRandom _random;
    private readonly SimulatedCaller _caller;
    private ReplicaLife? _asked;
    private bool _isStopped;

    /// <summary>A reader that has not begun.</summary>
    public SimulatedStaleReader(SimulatedCluster cluster, SimulationRandom random)
    {
        _cluster = cluster;
        _random = random;
        _caller = new SimulatedCaller(cluster, Number, new RequestGenerator(random.Fork(1)), random.Fork(2))
        {
            IsStopped = true,
        };
    }

    /// <summary>Looks for such a member after a while.</summary>
    public void LookLater() =>
        _cluster.Events.Schedule(_random.Exponential(MeanMicros), EventKind.Call, Number, Look);

    /// <summary>Looks no more.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>The calls at a replica that crashed or is faulted are lost.</summary>
    public void ReplicaEnded(ReplicaLife life)
    {
        if (_asked == life)
        {
            _asked = null;
        }

        if (_caller.Life == life)
        {
            _caller.Lost();
        }
    }

    private void Look()
    {
        if (_isStopped)
        {
            return;
        }

        if (_asked is null && _caller.Life is null && FindDeposedLeader() is { } life)
        {
            // A paused process makes the call first thing when it resumes.
            _asked = life;
            life.Later(0, EventKind.Call, () => Ask(life));
        }

        LookLater();
    }

    private void Ask(ReplicaLife life)
    {
        _asked = null;
        if (!_isStopped && !life.IsFaulted && _caller.Life is null)
        {
            _caller.Read(life, Request);
        }
    }

    private ReplicaLife? FindDeposedLeader()
    {
        ReplicaLife? deposed = null;
        ulong newest = 0;
        foreach (SimulatedReplica replica in _cluster.Replicas)
        {
            if (replica.Life is { IsFaulted: false } life && life.Core.Node.Role == RaftRole.Leader)
            {
                if (deposed is null || life.Core.Node.Term < deposed.Core.Node.Term)
                {
                    deposed = life;
                }

                newest = Math.Max(newest, life.Core.Node.Term);
            }
        }

        return deposed is not null && deposed.Core.Node.Term < newest ? deposed : null;
    }
}
