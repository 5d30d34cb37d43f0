using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Tests.Raft.Leases;

/// <summary>
/// A member with a clock of its own and a driver that does what the consensus lane does, turn by turn: take what waits,
/// read the clock, let ticks pass, answer. It may be held up between any two of these.
/// </summary>
internal sealed class LeaseRunMember
{
    private const int ElectionTicks = 20;
    private const int LowElectionTicks = 4;

    private const int MaxTicksPerTurn = 5;
    private const long MaxWakeDelay = 200;

    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(10);

    private readonly LeaseRun _run;
    private readonly SimulatedMember _member;
    private readonly Queue<RaftMessage> _messages = new();
    private readonly Queue<LeaseRead> _reads = new();
    private readonly Queue<Action<RaftNode>> _actions = new();
    private ReplicaCore _core = null!;
    private TimeSpan _lastTick;
    private long _pausedUntil;
    private long _diskDoneAt;
    private int _life;
    private bool _isInTurn;

    public LeaseRunMember(LeaseRun run, ulong id, double rate, ClusterConfiguration configuration)
    {
        _run = run;
        Rate = rate;
        _member = new SimulatedMember(
            incarnation => new RaftOptions
            {
                Id = new MemberId(id),
                Seed = (run.Seed * 1000) + (incarnation * 10) + id,
                ElectionTicks = DrawElectionTicks(incarnation),
                HeartbeatTicks = 2,
                PreVote = run.Seed % 4 != 0,
                UseReadLease = true,
                TickInterval = TickInterval,
                MaxClockDrift = run.Options.MaxClockDrift,
            },
            configuration);
        Start();
    }

    /// <summary>What the member's clock counts while a second passes.</summary>
    public double Rate { get; }

    public MemberId Id => _member.Id;

    public bool IsUp => _member.IsUp;

    public RaftNode Node => _member.Node;

    public void Pause(long until) => _pausedUntil = Math.Max(_pausedUntil, until);

    public void Crash()
    {
        _member.Crash();
        _life++;
        _messages.Clear();
        _reads.Clear();
        _actions.Clear();
        _isInTurn = false;
        _diskDoneAt = 0;
    }

    public void Start()
    {
        _member.Start();
        _core = new ReplicaCore(new ReplicaCoreOptions(), _member.Node, Id, incarnation: (ulong)_life);
        _lastTick = Clock();
        Wake(0);
    }

    public void Receive(RaftMessage message)
    {
        _messages.Enqueue(message);
        Wake(_run.Between(0, MaxWakeDelay));
    }

    public void Read(ulong required)
    {
        _reads.Enqueue(new LeaseRead(required, read => _run.Released(this, read)));
        Wake(_run.Between(0, MaxWakeDelay));
    }

    public void Do(Action<RaftNode> action)
    {
        _actions.Enqueue(action);
        Wake(_run.Between(0, MaxWakeDelay));
    }

    private int DrawElectionTicks(ulong incarnation) =>
        _run.Options.ChangesElectionTimeout && incarnation > 0 && _run.Between(0, 1) == 0
            ? LowElectionTicks
            : ElectionTicks;

    private TimeSpan Clock() => TimeSpan.FromMicroseconds((long)(_run.Now * Rate));

    private void Wake(long delay) => Later(delay, BeginTurn);

    /// <summary>Runs an action later, if the member is still alive, but not while it is paused.</summary>
    private void Later(long delay, Action action)
    {
        int life = _life;
        _run.At(_run.Now + delay, () =>
        {
            if (life != _life)
            {
                return;
            }

            if (_run.Now < _pausedUntil)
            {
                Later(_pausedUntil - _run.Now, action);
            }
            else
            {
                action();
            }
        });
    }

    private void BeginTurn()
    {
        if (_isInTurn || !HasWork())
        {
            return;
        }

        _isInTurn = true;
        if (_run.Options.ReadsClockFirst)
        {
            TimeSpan early = Clock();
            Later(_run.HoldUp(), () =>
            {
                TakeInputs();
                _core.ObserveClock(early);
                EndTurn();
            });
            return;
        }

        TakeInputs();
        Later(_run.HoldUp(), () =>
        {
            _core.ObserveClock(Clock());
            Later(_run.HoldUp(), EndTurn);
        });
    }

    private bool HasWork() =>
        _messages.Count + _reads.Count + _actions.Count > 0 || IsDiskDone() || Clock() - _lastTick >= TickInterval;

    private bool IsDiskDone() => _diskDoneAt > 0 && _run.Now >= _diskDoneAt;

    private void TakeInputs()
    {
        while (_messages.TryDequeue(out RaftMessage message))
        {
            _core.Step(message);
        }

        if (IsDiskDone())
        {
            _diskDoneAt = 0;
            while (_member.CompleteAppend() || _member.CompleteLogRead())
            {
            }
        }

        while (_actions.TryDequeue(out Action<RaftNode>? action))
        {
            action(Node);
        }

        while (_reads.TryDequeue(out LeaseRead? read))
        {
            _core.Submit(read);
        }
    }

    private void EndTurn()
    {
        Tick();
        bool hasLease = Node.HoldsLease;
        long before = _run.ReadsReleased;
        bool again;
        do
        {
            again = _core.Pump();
            Execute(_core.Effects);
        }
        while (again);

        _run.TurnEnded(Node, hasLease ? _run.ReadsReleased - before : 0);
        while (_member.CompleteApply())
        {
            _core.Applied(Node.AppliedIndex, 0);
        }

        _isInTurn = false;
        long untilTick = (long)((TickInterval - (Clock() - _lastTick)).TotalMicroseconds / Rate);
        Wake(Math.Max(1, untilTick + 1));
    }

    private void Tick()
    {
        TimeSpan elapsed = Clock() - _lastTick;
        int ticks = (int)Math.Min(elapsed / TickInterval, MaxTicksPerTurn);
        for (int i = 0; i < ticks; i++)
        {
            _core.Tick();
        }

        elapsed -= ticks * TickInterval;
        _lastTick = Clock() - (elapsed >= TickInterval ? TimeSpan.Zero : elapsed);
    }

    private void Execute(RaftEffects effects)
    {
        _member.Take(effects);
        if (effects.Append is not null || effects.LogReads.Count > 0)
        {
            long delay = _run.Between(50, 1_000);
            _diskDoneAt = Math.Max(_diskDoneAt, _run.Now + delay);
            Wake(delay);
        }

        foreach (RaftMessage message in effects.Messages)
        {
            _run.Send(message);
        }

        effects.Clear();
    }
}
