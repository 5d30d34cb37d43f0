using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>A member of a simulated cluster: its disk, its clock, and its present life, if it is up.</summary>
internal sealed class SimulatedReplica
{
    private const long SlowFlushMicros = 1_500_000;
    private const long HealthyFlushMicros = 200;

    private readonly SimulatedCluster _cluster;
    private readonly SimulationRandom _diskRandom;
    private long _pausedUntil;
    private long _slowUntil;
    private int _effectsUntilCrash = -1;

    /// <summary>A member that is down and was never up.</summary>
    public SimulatedReplica(SimulatedCluster cluster, int number, MemberId id, SimulationRandom diskRandom, double clockRate)
    {
        _cluster = cluster;
        _diskRandom = diskRandom;
        Number = number;
        Id = id;
        Clock = new SimulatedClock(clockRate);
    }

    /// <summary>Its place in <see cref="SimulatedCluster.Replicas"/>.</summary>
    public int Number { get; }

    /// <summary>The member.</summary>
    public MemberId Id { get; }

    /// <summary>Its clock.</summary>
    public SimulatedClock Clock { get; }

    /// <summary>What survives its crashes.</summary>
    public SimulatedDisk Disk { get; } = new();

    /// <summary>Its present life; null while it is down.</summary>
    public ReplicaLife? Life { get; private set; }

    /// <summary>Whether the middle of its next turn with effects is its end.</summary>
    public bool IsToCrash => Life is not null && _effectsUntilCrash >= 0;

    /// <summary>Starts it on what its disk holds.</summary>
    public void Start()
    {
        if (Life is null)
        {
            _effectsUntilCrash = -1;
            _pausedUntil = 0;
            Life = new ReplicaLife(_cluster, this);
            _cluster.Note($"replica {Id} starts, life {Disk.Incarnation}, log ({Disk.Start.Index}, {Disk.LastIndex}]");
            Life.Begin();
        }
    }

    /// <summary>Ends its life without warning.</summary>
    public void Crash()
    {
        if (Life is not { } life)
        {
            return;
        }

        Life = null;
        life.Crash(_diskRandom);
        Disk.Crash(_diskRandom);
        if (_cluster.Options.Defect == SimulatedDefect.ForgetVote)
        {
            Disk.ForgetVote();
        }
        else if (_cluster.Options.Defect == SimulatedDefect.LoseFlushedWrites)
        {
            Disk.LoseTail(3);
        }

        _cluster.Statistics.Crashes++;
        _cluster.Note($"replica {Id} crashes, disk keeps log ({Disk.Start.Index}, {Disk.LastIndex}]");
        _cluster.Workload.ReplicaCrashed(life);
    }

    /// <summary>Lets the next crash come in the middle of carrying out effects.</summary>
    public void CrashAfterEffects(int effects) => _effectsUntilCrash = effects;

    /// <summary>Crashes now if it is time, between two effects.</summary>
    public bool CrashesBetweenEffects()
    {
        if (_effectsUntilCrash < 0 || _effectsUntilCrash-- > 0)
        {
            return false;
        }

        Crash();
        return true;
    }

    /// <summary>Stops the whole process for a while, as a virtual machine that is suspended.</summary>
    public void Pause(long micros) => _pausedUntil = _cluster.Now + micros;

    /// <summary>Makes the disk slow for a while.</summary>
    public void SlowDisk(long micros) => _slowUntil = _cluster.Now + micros;

    /// <summary>Ends pauses and slowness.</summary>
    public void Heal()
    {
        _pausedUntil = 0;
        _slowUntil = 0;
        _effectsUntilCrash = -1;
    }

    /// <summary>How long the next flush takes.</summary>
    public long FlushMicros()
    {
        if (!_cluster.FaultsAreOn)
        {
            return HealthyFlushMicros;
        }

        long micros = _cluster.Profile.FlushMicros;
        return _cluster.Now < _slowUntil
            ? micros + _diskRandom.Between(0, SlowFlushMicros)
            : micros + _diskRandom.Between(0, micros);
    }

    /// <summary>Lets something happen later in a life of this replica, unless that life ends before. While the process
    /// is paused nothing happens in it.</summary>
    public void Later(ReplicaLife life, long delayMicros, EventKind kind, Action action) =>
        _cluster.Events.Schedule(delayMicros, kind, Id.Value, () =>
        {
            if (Life != life)
            {
                return;
            }

            if (_pausedUntil > _cluster.Now)
            {
                Later(life, _pausedUntil - _cluster.Now, kind, action);
            }
            else
            {
                action();
            }
        });

    /// <summary>A message arrives.</summary>
    public void Receive(RaftMessage message)
    {
        if (Life is { } life)
        {
            Later(life, 0, EventKind.Message, () => life.Receive(message));
        }
    }

    /// <summary>Its state, for the message about a broken promise.</summary>
    public override string ToString() => $"Replica {Id}: {Life?.ToString() ?? "down"}.";
}
