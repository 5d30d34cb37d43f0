using System.Collections.Immutable;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.Replica.Membership;

namespace EmbeddedConsensus.Replica;

/// <summary>
/// The thread that drives <see cref="ReplicaCore"/>. A turn takes what <see cref="ConsensusInbox"/> holds, lets time
/// pass, and executes the effects.
/// </summary>
internal sealed class ConsensusLoop : ReplicaThread
{
    private readonly ReplicaCore _core;
    private readonly ConsensusInbox _inbox;
    private readonly IEffectExecutor _executor;
    private readonly IConsensusLoopEvents _events;
    private readonly ViewObserver _observer;
    private readonly TickClock _clock;
    private readonly MemberId _self;
    private readonly TimeSpan _tickInterval;
    private bool _hasReportedDropped;
    private ImmutableArray<ClusterMember> _peers = [];
    private bool _hasEnded;
    private volatile ReplicaView _view;

    /// <summary>Creates the thread that drives a core.</summary>
    public ConsensusLoop(
        ReplicaCore core, ConsensusInbox inbox, IEffectExecutor executor, ReplicaSettings settings, TimeProvider time,
        IConsensusLoopEvents events, ViewObserver observer, IReplicaSchedule? schedule)
        : base($"consensus {settings.Self}", schedule)
    {
        _core = core;
        _inbox = inbox;
        _executor = executor;
        _events = events;
        _observer = observer;
        _self = settings.Self;
        _tickInterval = settings.TickInterval;
        _view = ViewOf(core.Node);
        _observer.Begin(_view);
        inbox.Attach(this);
        _clock = new TickClock(time, settings.TickInterval, ReplicaSettings.MaxTicksPerTurn, Wake);
    }

    /// <summary>This member.</summary>
    public MemberId Self => _self;

    /// <summary>The node's state after the last turn.</summary>
    public ReplicaView View => _view;

    /// <summary>Stops the thread and ends every call.</summary>
    public void StopAndFail(Exception reason)
    {
        _clock.Dispose();
        StopAndJoin();
        _core.FailAll(reason);
        _inbox.Close(reason);
    }

    /// <inheritdoc />
    protected override TimeSpan Turn()
    {
        if (_hasEnded)
        {
            _inbox.Reject();
            return Timeout.InfiniteTimeSpan;
        }

        try
        {
            return TakeTurn();
        }
#pragma warning disable CA1031 // Nothing that consensus does may end the host's process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            EnterFault(exception);
            return TimeSpan.Zero;
        }
    }

    /// <inheritdoc />
    protected override void OnFault(Exception exception) => EnterFault(exception);

    private TimeSpan TakeTurn()
    {
        if (_inbox.TakeEnding() is { } reason)
        {
            Enter(reason);
            return TimeSpan.Zero;
        }

        bool isMore = _inbox.TakeMessages();
        ReportDropped();
        _inbox.TakeCompletions();
        isMore |= _inbox.TakeCalls();

        // After the queues and before the answers: a thread that stops between this reading and a look into a queue
        // would serve a later read from a lease that may be over by then.
        _core.ObserveClock(_clock.Elapsed);
        int ticks = _clock.TakeTicks(out TimeSpan untilTick);
        for (int i = 0; i < ticks; i++)
        {
            _core.Tick();
        }

        return Finish() && !isMore ? untilTick : TimeSpan.Zero;
    }

    /// <summary>Executes the effects of the turn.</summary>
    /// <returns>Whether the replica takes further turns.</returns>
    private bool Finish()
    {
        bool again;
        do
        {
            again = _core.Pump();
            Execute();
        }
        while (again);

        _view = ViewOf(_core.Node);
        _observer.Observe(_view, _core.Node);
        _events.TurnEnded(_view, _core.Node);
        if (_core.Node.MembershipEnd is { } end)
        {
            Enter(MembershipEndText.ExceptionOf(end));
            return false;
        }

        if (_core.SnapshotIsDue)
        {
            _core.SnapshotBegun();
            _executor.TakeSnapshot(_core.Node.IsSendingSnapshot);
        }

        return true;
    }

    private void Execute()
    {
        RaftEffects effects = _core.Effects;
        if (_core.Node.Peers != _peers)
        {
            // Before the first message to a new one goes out.
            _peers = _core.Node.Peers;
            _executor.UsePeers(_peers);
        }

        if (!effects.IsEmpty)
        {
            _executor.Execute(effects);
            effects.Clear();
        }
    }

    private void ReportDropped()
    {
        if (!_hasReportedDropped && _core.Inspection.FirstFault is { } fault)
        {
            _hasReportedDropped = true;
            _events.ProposalDropped(fault);
        }
    }

    private void Enter(Exception reason)
    {
        if (reason is MemberRemovedException or MemberRefusedException)
        {
            End((ConsensusStoreException)reason, _events.Left);
        }
        else
        {
            EnterFault(reason);
        }
    }

    private void EnterFault(Exception exception)
    {
        if (!_hasEnded)
        {
            End(new ReplicaFaultedException(
                "The replica is faulted and takes no further part in the cluster: "
                + $"{exception.Message} Restart it when the cause is gone.", exception), _events.Faulted);
        }
    }

    /// <summary>Ends the replica's part in the cluster. Its state is reported first, so that a caller whose call ends
    /// finds it there; and the calls end even if the report fails in the app's transport or logger.</summary>
    private void End<TReason>(TReason reason, Action<TReason> report)
        where TReason : ConsensusStoreException
    {
        _hasEnded = true;
        try
        {
            report(reason);
        }
        finally
        {
            _core.FailAll(reason);
            _inbox.Close(reason);
        }
    }

    private ReplicaView ViewOf(RaftNode node) => new(
        RoleOf(node), node.Leader, node.Term, node.LastIndex, node.CommitIndex, node.AppliedIndex,
        node.Configuration, node.ConfigurationIndex, node.CommittedConfiguration, node.CommittedConfigurationIndex,
        node.Membership, node.HoldsLease, node.FounderReport, node.IsAskingFounders,
        (long)_core.StalledTicks * _tickInterval)
    {
        IsInDoubt = node.IsInDoubt,
    };

    private ReplicaRole RoleOf(RaftNode node) =>
        node.Role == RaftRole.Follower && node.Configuration.Learners.Contains(_self)
            ? ReplicaRole.Learner
            : (ReplicaRole)node.Role;
}
