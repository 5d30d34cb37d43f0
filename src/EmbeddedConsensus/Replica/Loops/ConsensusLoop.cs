using System.Collections.Concurrent;
using System.Collections.Immutable;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>
/// The thread that drives <see cref="ReplicaCore"/>. It drains what callers, peers, the log writer and the apply thread
/// have left for it, lets time pass, and hands out the effects: all that arrives during one turn is one batch.
/// </summary>
internal sealed class ConsensusLoop : ReplicaThread
{
    // Peers are slowed down when this much of what they sent waits for a turn.
    private const long MaxQueuedMessageBytes = 64L << 20;
    private const int MaxMessagesPerTurn = 4_096;
    private const int MaxCallsPerTurn = 4_096;

    // What a message counts for beyond what it carries.
    private const int MessageOverhead = 128;

    private readonly ReplicaCore _core;
    private readonly IConsensusLoopEvents _events;
    private readonly TimeProvider _time;
    private readonly TimeSpan _tickInterval;
    private readonly MemberId _self;
    private readonly int _maxTicksPerTurn;
    private readonly ITimer? _alarm;

    private readonly ConcurrentQueue<PendingCall> _calls = new();
    private readonly ConcurrentQueue<RaftMessage> _messages = new();
    private readonly ConcurrentQueue<ulong> _appended = new();
    private readonly ConcurrentQueue<Action<ReplicaCore>> _actions = new();
    private long _messageBytes;
    private TaskCompletionSource? _room;
    private ulong _applied;
    private long _appliedBytes;
    private ulong _appliedSeen;
    private bool _hasToldOfDropped;
    private ImmutableArray<ClusterMember> _peers = [];

    private readonly long _clockStart;
    private long _lastTick;
    private volatile Exception? _fault;
    private volatile ReplicaView _view;

    /// <summary>A thread that drives a core.</summary>
    public ConsensusLoop(
        ReplicaCore core, ReplicaSettings settings, TimeProvider time, IConsensusLoopEvents events,
        IReplicaSchedule? schedule)
        : base($"consensus {settings.Self}", schedule)
    {
        _core = core;
        _events = events;
        _time = time;
        _tickInterval = settings.TickInterval;
        _maxTicksPerTurn = ReplicaSettings.MaxTicksPerTurn;
        _self = settings.Self;
        _clockStart = time.GetTimestamp();
        _lastTick = _clockStart;
        _view = ViewOf(core.Node);
        if (time != TimeProvider.System)
        {
            // How long a wait takes on another clock, only that clock can tell.
            _alarm = time.CreateTimer(
                static thread => ((ConsensusLoop)thread!).Wake(), this, _tickInterval, _tickInterval);
        }
    }

    /// <summary>The node's state behind the last turn.</summary>
    public ReplicaView View => _view;

    /// <summary>The bounds of the calls.</summary>
    public CallAdmission Admission => _core.Admission;

    /// <summary>Whether a peer is being sent a snapshot. For this thread.</summary>
    public bool IsSendingSnapshot => _core.Node.IsSendingSnapshot;

    /// <summary>Stops the thread and ends every call.</summary>
    public void StopAndFail(Exception reason)
    {
        _alarm?.Dispose();
        StopAndJoin();
        _core.FailAll(reason);
        _fault ??= reason;

        // Either a caller that comes now sees the fault, or it is seen here.
        Interlocked.MemoryBarrier();
        RejectCalls();
    }

    /// <summary>Takes a call. One too many is refused at once, on its caller's thread.</summary>
    public void Submit(PendingCall call)
    {
        if (!Admission.TryAdmit(call))
        {
            return;
        }

        _calls.Enqueue(call);
        Wake();
        Interlocked.MemoryBarrier();
        if (_fault is not null)
        {
            // The thread may have looked for the last time.
            RejectCalls();
        }
    }

    /// <summary>The log writer has made an append durable.</summary>
    public void Appended(ulong appendId)
    {
        _appended.Enqueue(appendId);
        Wake();
    }

    /// <summary>The apply thread has applied up to an index.</summary>
    public void Applied(ulong index, long bytes)
    {
        Interlocked.Add(ref _appliedBytes, bytes);
        Volatile.Write(ref _applied, index);
        Wake();
    }

    /// <summary>Does something rare on the thread.</summary>
    public void Post(Action<ReplicaCore> action)
    {
        _actions.Enqueue(action);
        Wake();
    }

    /// <summary>Ends the replica's part in the cluster, to which it does not belong.</summary>
    public void Leave(ConsensusStoreException reason) => Post(_ => EnterLeft(reason));

    /// <summary>Ends the replica's part in the cluster: storage or an invariant failed somewhere.</summary>
    public void Fail(Exception exception) => Post(_ => EnterFault(exception));

    /// <summary>A message has arrived.</summary>
    /// <returns>Completes when there is room for more.</returns>
    public ValueTask ReceiveAsync(RaftMessage message)
    {
        long bytes = SizeOf(message);
        _messages.Enqueue(message);
        Wake();
        return Interlocked.Add(ref _messageBytes, bytes) <= MaxQueuedMessageBytes || _fault is not null
            ? default
            : WaitForRoom();
    }

    /// <summary>A peer could not be reached.</summary>
    public void PeerUnreachable(MemberId peer) => Post(core => core.Node.PeerUnreachable(peer));

    /// <inheritdoc />
    protected override TimeSpan Turn()
    {
        if (_fault is not null)
        {
            RejectCalls();
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
        bool isMore = TakeMessages();
        while (_appended.TryDequeue(out ulong id))
        {
            _core.AppendCompleted(id);
        }

        TakeApplied();
        while (_actions.TryDequeue(out Action<ReplicaCore>? action))
        {
            // An action may tell of a snapshot of entries that were applied since this turn began.
            TakeApplied();
            action(_core);
            if (_fault is not null)
            {
                return TimeSpan.Zero;
            }
        }

        isMore |= TakeCalls();

        // Behind the queues and in front of the answers: a thread that stops between this reading and a look into a
        // queue would serve a read that came later from a lease that may be over by then.
        _core.ObserveClock(_time.GetElapsedTime(_clockStart));
        TimeSpan untilTick = Tick();
        bool again;
        do
        {
            again = _core.Pump();
            Execute();
        }
        while (again);

        _view = ViewOf(_core.Node);
        _events.TurnEnded(_view, _core.Node);
        if (_core.Node.Membership is MembershipState.Removed or MembershipState.Refused)
        {
            EnterLeft(_core.Node.Membership == MembershipState.Removed
                ? new MemberRemovedException(_core.Node.MembershipReason)
                : new MemberRefusedException(_core.Node.MembershipReason));
            return TimeSpan.Zero;
        }

        TakeSnapshotIfDue();
        return isMore ? TimeSpan.Zero : untilTick;
    }

    private bool TakeMessages()
    {
        long bytes = 0;
        int count = 0;
        while (count < MaxMessagesPerTurn && _messages.TryDequeue(out RaftMessage message))
        {
            count++;
            bytes += SizeOf(message);
            _core.Step(message);
        }

        if (!_hasToldOfDropped && _core.Inspection.FirstFault is { } fault)
        {
            _hasToldOfDropped = true;
            _events.ProposalDropped(fault);
        }

        if (bytes > 0 && Interlocked.Add(ref _messageBytes, -bytes) <= MaxQueuedMessageBytes / 2)
        {
            Interlocked.Exchange(ref _room, null)?.TrySetResult();
        }

        return count == MaxMessagesPerTurn;
    }

    private void TakeApplied()
    {
        ulong applied = Volatile.Read(ref _applied);
        if (applied > _appliedSeen)
        {
            _appliedSeen = applied;
            _core.Applied(applied, Interlocked.Exchange(ref _appliedBytes, 0));
        }
    }

    private bool TakeCalls()
    {
        int count = 0;
        while (count < MaxCallsPerTurn && _calls.TryDequeue(out PendingCall? call))
        {
            count++;
            switch (call)
            {
                case PendingProposal proposal:
                    _core.Submit(proposal);
                    break;
                case PendingConfigurationChange change:
                    _core.Submit(change);
                    break;
                case LoopQuery query:
                    query.Answer(_core);
                    break;
                default:
                    _core.Submit((PendingRead)call);
                    break;
            }
        }

        return count == MaxCallsPerTurn;
    }

    /// <summary>Lets time pass and says how long it is to the next tick.</summary>
    private TimeSpan Tick()
    {
        TimeSpan elapsed = _time.GetElapsedTime(_lastTick);
        if (elapsed >= _tickInterval)
        {
            int ticks = (int)Math.Min(elapsed / _tickInterval, _maxTicksPerTurn);
            for (int i = 0; i < ticks; i++)
            {
                _core.Tick();
            }

            elapsed -= ticks * _tickInterval;
            if (elapsed >= _tickInterval)
            {
                // The thread was held up for long. What that was for the others is told by their messages.
                elapsed = TimeSpan.Zero;
            }

            _lastTick = _time.GetTimestamp() - (long)(elapsed.TotalSeconds * _time.TimestampFrequency);
        }

        if (_alarm is not null)
        {
            return Timeout.InfiniteTimeSpan;
        }

        // Rounded up, because a wait shorter than a millisecond does not wait.
        return TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((_tickInterval - elapsed).TotalMilliseconds)));
    }

    private void Execute()
    {
        RaftEffects effects = _core.Effects;
        if (_core.Node.Peers != _peers)
        {
            // Before the first message to a new one goes out.
            _peers = _core.Node.Peers;
            _events.PeersChanged(_peers);
        }

        if (!effects.IsEmpty)
        {
            _events.Execute(effects);
            effects.Clear();
        }
    }

    private void TakeSnapshotIfDue()
    {
        if (_core.SnapshotIsDue)
        {
            _core.SnapshotBegun();
            _events.TakeSnapshot();
        }
    }

    private void EnterFault(Exception exception)
    {
        if (_fault is not null)
        {
            return;
        }

        ReplicaFaultedException fault = new(
            $"The replica is faulted and takes no further part in the cluster: {exception.Message} Restart it when the "
            + "cause is gone.", exception);
        End(fault, _events.Faulted);
    }

    private void EnterLeft(ConsensusStoreException reason)
    {
        if (_fault is not null)
        {
            return;
        }

        End(reason, _events.Left);
    }

    /// <summary>Takes no further part. What the replica says of itself comes first, so that a caller whose call ends
    /// finds it there; and the callers are told whatever becomes of the rest, which runs code of the app: its transport
    /// and its logger.</summary>
    private void End<TReason>(TReason reason, Action<TReason> tell)
        where TReason : Exception
    {
        _fault = reason;
        try
        {
            tell(reason);
        }
        finally
        {
            _core.FailAll(reason);
            Interlocked.Exchange(ref _room, null)?.TrySetResult();
            RejectCalls();
        }
    }

    private void RejectCalls()
    {
        while (_calls.TryDequeue(out PendingCall? call))
        {
            call.TryFail(_fault!);
        }

        _messages.Clear();
        _appended.Clear();
        _actions.Clear();
    }

    private ValueTask WaitForRoom()
    {
        TaskCompletionSource room = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource current = Interlocked.CompareExchange(ref _room, room, null) ?? room;

        // The thread may have made room before it could see that somebody waits.
        if (Interlocked.Read(ref _messageBytes) <= MaxQueuedMessageBytes / 2)
        {
            Interlocked.Exchange(ref _room, null)?.TrySetResult();
        }

        return new ValueTask(current.Task);
    }

    private ReplicaView ViewOf(RaftNode node) => new(
        RoleOf(node), node.Leader, node.Term, node.LastIndex, node.CommitIndex, node.AppliedIndex,
        node.Configuration, node.ConfigurationIndex, node.CommittedConfiguration, node.CommittedConfigurationIndex,
        node.Membership, node.HoldsLease);

    private ReplicaRole RoleOf(RaftNode node) =>
        node.Role == RaftRole.Follower && node.Configuration.Learners.Contains(_self)
            ? ReplicaRole.Learner
            : (ReplicaRole)node.Role;

    private static long SizeOf(in RaftMessage message)
    {
        long bytes = MessageOverhead + (message.Chunk?.Data.Length ?? 0);
        foreach (ref readonly LogEntry entry in message.Entries.Span)
        {
            bytes += entry.Size;
        }

        return bytes;
    }
}
