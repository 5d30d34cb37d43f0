using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>A member of a simulated cluster: its disk, its clock, and its present life, if it is up.</summary>
internal sealed class SimulatedReplica
{
    private const long SlowFlushMicros = 1_500_000;
    private const long HealthyFlushMicros = 200;

    // How long the operator takes to see that a member is faulted, or could not start.
    private const long OperatorMicros = 1_000_000;

    private readonly SimulatedCluster _cluster;
    private readonly SimulationRandom _diskRandom;
    private readonly List<(ReplicaLife Life, EventKind Kind, Action Action)> _held = [];
    private long _pausedUntil;
    private int _moves;
    private SimulatedDisk? _lostDisk;
    private bool _isUpgradeDue;

    /// <summary>A member that is down and was never up.</summary>
    public SimulatedReplica(
        SimulatedCluster cluster, int number, MemberId id, ClusterConfiguration bootstrap, SimulationRandom random)
    {
        _cluster = cluster;
        Bootstrap = bootstrap;
        _diskRandom = random.Fork(1);
        Random = random.Fork(2);
        SnapshotRandom = random.Fork(3);
        Number = number;
        Id = id;
        Disk.TrustsDamage = cluster.Options.Defect == SimulatedDefect.TrustDamage;
    }

    /// <summary>The release before the next one: this one.</summary>
    public static byte OldRelease => CommandFormat.Newest;

    /// <summary>A release that knows one more format of commands than this one, so that every run can have a mixed
    /// cluster and an upgrade in it.</summary>
    public static byte NewRelease => CommandFormat.Newest + 1;

    /// <summary>Its place in <see cref="SimulatedCluster.Replicas"/>.</summary>
    public int Number { get; }

    /// <summary>The member.</summary>
    public MemberId Id { get; }

    /// <summary>The members that it is started with on an empty disk; none for one that joins.</summary>
    public ClusterConfiguration Bootstrap { get; }

    /// <summary>The member with its present address.</summary>
    public MemberEndpoint Peer => new(Id, AddressOf(Id, _moves));

    /// <summary>Whether it was ever at another address.</summary>
    public bool HasMoved => _moves > 0;

    /// <summary>The release that it runs: the newest format of commands that it knows.</summary>
    public byte Release { get; set; } = NewRelease;

    /// <summary>How long things take in its process.</summary>
    public SimulationRandom Random { get; }

    /// <summary>Which of the snapshots that it receives it cannot load.</summary>
    public SimulationRandom SnapshotRandom { get; }

    /// <summary>Its clock.</summary>
    public SimulatedClock Clock { get; } = new();

    /// <summary>What survives its crashes.</summary>
    public SimulatedDisk Disk { get; private set; } = new();

    /// <summary>Its present life; null while it is down.</summary>
    public ReplicaLife? Life { get; private set; }

    /// <summary>Whether its storage is damaged or lost, so that it refuses to start, or was refused.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Whether it was started on an empty disk under an id that has been used.</summary>
    public bool HasLostDisk { get; private set; }

    /// <summary>Whether it was removed, or refused, and has stopped by itself.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>Whether nothing but a change of the membership makes it a sound member again.</summary>
    public bool IsImpaired => IsLost || HasLeft || HasLostDisk || Disk.IsDamaged || Disk.IsInDoubt
        || (HasMoved && _cluster.Rules.Latest?.Find(Id) is { } known && known.Address != Peer.Address);

    /// <summary>The latest configuration in its log; null when it has none.</summary>
    public ClusterConfiguration? LatestConfiguration =>
        IsLost || HasLeft ? null : Life?.Core.Node.Configuration ?? Disk.LatestConfiguration;

    /// <summary>Whether the operator leaves it as it is.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>Whether its process stands still.</summary>
    public bool IsPaused => _pausedUntil > _cluster.Now;

    /// <summary>Starts it on what its disk holds. If it cannot start the operator tries again, unless data is
    /// damaged.</summary>
    public void Start()
    {
        if (Life is not null || IsLost || HasLeft || IsAbandoned)
        {
            return;
        }

        if (Disk.HangsUntil > _cluster.Now)
        {
            _cluster.Events.Schedule(OperatorMicros, EventKind.Fault, Id.Value, Start);
            return;
        }

        _pausedUntil = 0;
        Release = _isUpgradeDue ? NewRelease : Release;
        try
        {
            Life = new ReplicaLife(_cluster, this);
        }
        catch (StorageCorruptedException exception)
        {
            Refused(exception);
            return;
        }
        catch (StorageException) when (Disk.NewestSnapshot is { IsUnreadable: true } unreadable)
        {
            throw new SimulationFailedException("Snapshot Installation",
                $"Replica {Id} cannot start: the snapshot at {unreadable.Descriptor.Position.Index}, "
                + "which it received and could not load, stays the newest.");
        }
        catch (StorageException exception)
        {
            _cluster.Note($"replica {Id} cannot start: {exception.Message}");
            _cluster.Events.Schedule(OperatorMicros, EventKind.Fault, Id.Value, Start);
            return;
        }

        _cluster.Note($"replica {Id} starts, log ({Disk.Start.Index}, {Disk.LastIndex}]");
        Run(Life, Life.Begin);
    }

    /// <summary>Ends its life without warning.</summary>
    public void Crash()
    {
        if (Life is not { } life)
        {
            return;
        }

        Life = null;
        _held.Clear();
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
        _cluster.ReplicaEnded(life);
    }

    /// <summary>It has learned that it is no member: it stops for good.</summary>
    /// <exception cref="SimulationFailedException">It is refused, and nothing is wrong with it.</exception>
    public void Leave(ReplicaLife life)
    {
        bool isRefused = life.Core.Node.Membership == MembershipState.Refused;
        string reason = MembershipEndText.Of(life.Core.Node.MembershipEnd!);
        _cluster.Note($"replica {Id} stops: {reason}");
        if (isRefused && !HasLostDisk)
        {
            throw new SimulationFailedException("Unfounded Refusal",
                $"Replica {Id} has all that it ever had on its disk, and stops: {reason}");
        }

        life.Core.FailAll(new StoreStoppedException(reason));
        Life = null;
        _held.Clear();
        life.Crash(_diskRandom);
        Disk.Crash(_diskRandom);
        if (!isRefused)
        {
            _cluster.Rules.CheckLeft(Id);
        }

        HasLeft = !isRefused;
        IsLost |= isRefused;
        _cluster.Statistics.RemovedStopped += isRefused ? 0 : 1;
        _cluster.Statistics.RefusedMembers += isRefused ? 1 : 0;
        _cluster.ReplicaEnded(life);
    }

    /// <summary>Starts a member that was removed again.</summary>
    /// <returns>Whether it was removed.</returns>
    public bool ReturnRemoved()
    {
        if (!HasLeft)
        {
            return false;
        }

        HasLeft = false;
        Start();
        return true;
    }

    /// <summary>Starts the member on an empty disk, as if it had never been there.</summary>
    public void LoseDisk()
    {
        Crash();
        _lostDisk = Disk;
        Disk = new SimulatedDisk { TrustsDamage = Disk.TrustsDamage };
        HasLostDisk = true;
        Start();
    }

    /// <summary>Its next start is that of the new release.</summary>
    /// <returns>Whether it runs the old one.</returns>
    public bool Upgrade()
    {
        bool isOld = Release < NewRelease && !_isUpgradeDue;
        _isUpgradeDue = true;
        return isOld;
    }

    /// <summary>Whether its disk holds an entry; one that it lost counts, because what it acknowledged may
    /// count.</summary>
    public bool Holds(LogPosition position) => Disk.Holds(position) || _lostDisk?.Holds(position) == true;

    /// <summary>Moves it to another address.</summary>
    public void MoveAway() => _moves++;

    /// <summary>An address of a member.</summary>
    public static string AddressOf(MemberId id, int moves) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"member-{id.Value}:{moves}");

    /// <summary>The operator restarts a member that is faulted.</summary>
    public void RestartFaulted(ReplicaLife life) =>
        _cluster.Events.Schedule(OperatorMicros, EventKind.Fault, Id.Value, () =>
        {
            if (Life == life && !IsAbandoned)
            {
                Crash();
                Start();
            }
        });

    /// <summary>Stops the whole process for a while, as a virtual machine that is suspended. What is due meanwhile
    /// waits.</summary>
    /// <param name="micros">How long; <see cref="long.MaxValue"/> for good.</param>
    public void Pause(long micros)
    {
        _pausedUntil = micros == long.MaxValue ? micros : Math.Max(_pausedUntil, _cluster.Now + micros);
        if (micros != long.MaxValue)
        {
            _cluster.Events.Schedule(micros, EventKind.Fault, Id.Value, ResumeIfDue);
        }
    }

    /// <summary>Ends pauses, and all that is wrong with the disk but for damage.</summary>
    public void Heal()
    {
        _pausedUntil = 0;
        Resume();
        Disk.Heal();
    }

    /// <summary>How long the next flush takes.</summary>
    public long FlushMicros()
    {
        if (!_cluster.FaultsAreOn)
        {
            return HealthyFlushMicros;
        }

        long micros = _cluster.Profile.FlushMicros;
        return _cluster.Now < Disk.SlowUntil
            ? micros + Random.Between(0, SlowFlushMicros)
            : micros + Random.Between(0, micros);
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

            if (IsPaused)
            {
                _held.Add((life, kind, action));
            }
            else
            {
                Run(life, action);
            }
        });

    /// <summary>Does something in a life of this replica, which may end of it.</summary>
    public void Run(ReplicaLife life, Action action)
    {
        if (Life != life || life.IsFaulted)
        {
            return;
        }

        try
        {
            action();
        }
        catch (SimulatedCrashException)
        {
            // The process is gone, and with it what it was doing.
            _cluster.Trace.Add((ulong)Number);
        }
        catch (InvariantViolationException exception) when (HasLostDisk)
        {
            // An earlier message shows that it lost what it held: as good as being refused.
            IsLost = true;
            life.Fault(new StorageException(exception.Message, exception));
        }
        catch (StorageException exception)
        {
            life.Fault(exception);
        }
    }

    /// <summary>A message arrives.</summary>
    public void Receive(RaftMessage message)
    {
        if (Life is { } life)
        {
            Later(life, 0, EventKind.Message, () => life.Receive(message));
        }
    }

    /// <summary>Another founder asks what this one holds.</summary>
    /// <param name="asker">Its life.</param>
    public void Ask(ReplicaLife asker)
    {
        if (Life is { } life)
        {
            Later(life, 0, EventKind.Message, () => life.Tell(asker));
        }
    }

    /// <summary>Its state, for the message about a broken promise.</summary>
    public override string ToString() =>
        $"Replica {Id}: {(IsLost ? "its disk is damaged" : HasLeft ? "removed" : Life?.ToString() ?? "down")}"
        + $"{(Life is { IsFaulted: true } ? ", faulted" : "")}{(IsPaused ? ", paused" : "")}.";

    private void Refused(StorageCorruptedException exception)
    {
        _cluster.Statistics.RefusedStarts++;
        _cluster.Note($"replica {Id} refuses to start: {exception.Message}");
        IsLost = true;
    }

    private void ResumeIfDue()
    {
        if (!IsPaused)
        {
            Resume();
        }
    }

    // What waited happens now; the process sees first what has arrived, or first how late it is.
    private void Resume()
    {
        if (_held.Count == 0)
        {
            return;
        }

        bool ticksLast = Random.Chance(0.5);
        (ReplicaLife Life, EventKind Kind, Action Action)[] held = [.. _held];
        _held.Clear();
        foreach (bool isLast in (bool[])[false, true])
        {
            foreach ((ReplicaLife life, EventKind kind, Action action) in held)
            {
                if ((ticksLast && kind == EventKind.Tick) == isLast)
                {
                    Later(life, 0, kind, action);
                }
            }
        }
    }
}
