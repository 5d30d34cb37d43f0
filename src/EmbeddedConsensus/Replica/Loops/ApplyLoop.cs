using System.Collections.Concurrent;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Leases;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Watches;

namespace EmbeddedConsensus.Replica;

/// <summary>
/// The thread that applies committed entries, publishes them, leaves them for the watchers and answers the callers, in
/// this order: a caller that has its answer finds its write, and so does every later reader. Between pages it looks
/// after the leases, and in its spare time it reclaims what compaction freed.
/// </summary>
internal sealed class ApplyLoop : ReplicaThread, IApplySink
{
    // About 100 µs.
    private const int ReclaimSteps = 512;
    private static readonly TimeSpan ReclaimRetry = TimeSpan.FromMilliseconds(50);
    private const long LogReadBytes = 4L << 20;

    private static readonly TimeSpan LeaseInterval = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentQueue<Item> _items = new();
    private readonly ILogStorage _log;
    private readonly ProposalTracker _proposals;
    private readonly MemberId _self;
    private readonly ulong _incarnation;
    private readonly IApplyLoopEvents _events;
    private readonly List<(PendingProposal Proposal, ApplyResult Result)> _answers = [];
    private readonly LeaseProposer _leases;
    private readonly TurnAlarm _alarm;
    private volatile ReplicatedStateMachine _machine;
    private volatile bool _leads;
    private volatile Exception? _ended;
    private bool _reclaims;
    private long _revision;
    private bool _hasReportedDropped;

    /// <summary>A thread over a recovered state machine.</summary>
    public ApplyLoop(
        ReplicatedStateMachine machine, ILogStorage log, ProposalTracker proposals, MemberId self, ulong incarnation,
        LeaseExpiryOptions leases, long maxWatchBytes, TimeProvider time, IApplyLoopEvents events,
        IReplicaSchedule? schedule)
        : base($"consensus apply {self}", schedule)
    {
        _leases = new LeaseProposer(leases);
        _alarm = new TurnAlarm(time, Wake);
        machine.Leases.BeginClock(_alarm.ElapsedMicros);
        _machine = machine;
        _log = log;
        _proposals = proposals;
        _self = self;
        _incarnation = incarnation;
        _events = events;
        _revision = machine.Store.CurrentRevision;
        Watches = new WatchHub(OpenView, _revision, maxWatchBytes);
    }

    /// <summary>The watchers of this replica.</summary>
    public WatchHub Watches { get; }

    /// <summary>The revision that readers see.</summary>
    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Whether this member leads, as far as it knows: then it ends the leases that have expired.</summary>
    public bool Leads
    {
        get => _leads;
        set
        {
            if (_leads != value)
            {
                _leads = value;
                Wake();
            }
        }
    }

    /// <summary>Pages and versions that open views hold back; about right on any thread.</summary>
    public long HeldItems => _machine.Store.HeldItems;

    /// <summary>Opens what is published.</summary>
    public PinnedView OpenView()
    {
        while (true)
        {
            ReplicatedStateMachine machine = _machine;
            try
            {
                return machine.Store.OpenView();
            }
            catch (ObjectDisposedException) when (machine != _machine)
            {
                // A snapshot of the leader has just replaced the store: read the new one.
            }
            catch (ObjectDisposedException)
            {
                throw new StoreStoppedException("The store has stopped.");
            }
        }
    }

    /// <summary>Applies a page of committed entries after everything before it.</summary>
    public void Apply(in ApplyEffect page) => Enqueue(new Item(page, false, null, null));

    /// <summary>Answers a question after everything before it.</summary>
    public void Ask(StateQuery query)
    {
        Enqueue(new Item(default, false, null, query));
        Interlocked.MemoryBarrier();
        if (_ended is not null)
        {
            // The thread may have taken its last turn.
            RejectQueries();
        }
    }

    /// <summary>Pins the state for a snapshot after everything before it.</summary>
    public void Capture() => Enqueue(new Item(default, true, null, null));

    /// <summary>Replaces the state by that of a snapshot from the leader, after everything before it.</summary>
    public void Restore(ReplicatedStateMachine machine, SnapshotReceiveEffect step) =>
        Enqueue(new Item(default, false, (machine, step), null));

    /// <inheritdoc />
    public bool Wants(in ProposalId id) =>
        id.Origin == _self && id.Incarnation == _incarnation && _proposals.Peek(id.Sequence) is { HasEnded: false };

    /// <inheritdoc />
    public void Applied(in ProposalId id, in ApplyResult result)
    {
        if (id.Origin == _self && id.Incarnation == _incarnation && _proposals.Take(id.Sequence) is { } proposal)
        {
            _answers.Add((proposal, result));
        }
    }

    /// <summary>Frees the state. The thread has stopped.</summary>
    public void DisposeState()
    {
        End(new StoreStoppedException("The store has stopped."));
        _alarm.Dispose();
        _machine.Dispose();
    }

    /// <inheritdoc />
    protected override TimeSpan Turn()
    {
        while (!IsStopping && _items.TryDequeue(out Item item))
        {
            // After the item was taken: an older reading could be from before a renewal in it was sent.
            _machine.Leases.ObserveClock(_alarm.ElapsedMicros);
            if (item.Query is { } query)
            {
                query.Answer(_machine);
            }
            else if (item.Restore is { } restore)
            {
                Replace(restore.Machine);
                _events.Restored(restore.Step, restore.Machine);
            }
            else if (item.IsCapture)
            {
                _events.Captured(new StateSnapshot(_machine));
            }
            else
            {
                ApplyPage(item.Page);
                ReclaimPiece();
                TendLeases();
            }
        }

        bool isMore = ReclaimPiece() | TendLeases();

        // What a view holds back is freed soon after the view is disposed, even if nothing is written.
        return _alarm.Set(isMore ? TimeSpan.Zero
            : _machine.Leases.Count > 0 ? LeaseInterval
            : _machine.Store.HasRetired ? ReclaimRetry
            : Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc />
    protected override void OnFault(Exception exception)
    {
        _events.Failed(exception);
        End(new ReplicaFaultedException("The replica is faulted.", exception));

        // Their proposals have left the table, so nothing else would answer these callers.
        foreach ((PendingProposal proposal, _) in _answers)
        {
            proposal.TryFail(new OutcomeUnknownException(
                "The replica was faulted while it applied the write. Read at another member to find out whether it was "
                + "executed.", exception));
            proposal.Resolve(outcome: null);
        }
    }

    private void End(Exception reason)
    {
        _ended = reason;

        // Either a caller that comes now sees the reason, or its question is seen here.
        Interlocked.MemoryBarrier();
        RejectQueries();
    }

    // The thread has ended, and nothing else is of use any more.
    private void RejectQueries()
    {
        while (_items.TryDequeue(out Item item))
        {
            item.Restore?.Machine.Dispose();
            item.Query?.Fail(_ended!);
        }
    }

    private void Enqueue(in Item item)
    {
        _items.Enqueue(item);
        Wake();
    }

    private void ApplyPage(in ApplyEffect page)
    {
        if (!page.NeedsRead)
        {
            ApplyEntries(page.Entries.Span);
            return;
        }

        for (ulong next = page.FirstIndex; next <= page.LastIndex && !IsStopping;)
        {
            // This thread serves nothing else, so it may block.
            ReadOnlyMemory<LogEntry> entries =
                _log.ReadAsync(next, page.LastIndex, LogReadBytes).AsTask().GetAwaiter().GetResult();
            ApplyEntries(entries.Span);
            next += (ulong)entries.Length;
        }
    }

    private void ApplyEntries(ReadOnlySpan<LogEntry> entries)
    {
        // The watchers see what was written before a compaction takes it away.
        int begin = 0;
        for (int i = 1; i < entries.Length; i++)
        {
            if (ReplicatedStateMachine.IsCompaction(entries[i]))
            {
                ApplyPiece(entries[begin..i]);
                begin = i;
            }
        }

        ApplyPiece(entries[begin..]);
        _events.Applied(_machine.Applied.Index, SizeOf(entries));
    }

    private void ApplyPiece(ReadOnlySpan<LogEntry> entries)
    {
        ReplicatedStateMachine machine = _machine;
        long compacted = machine.Store.CompactRevision;
        machine.Apply(entries, this);
        machine.Publish();
        if (!_hasReportedDropped && machine.FirstFault is { } fault)
        {
            _hasReportedDropped = true;
            _events.CommandDropped(fault);
        }

        _reclaims |= machine.Store.CompactRevision != compacted;
        Published(machine);
        foreach ((PendingProposal proposal, ApplyResult result) in _answers)
        {
            proposal.TryComplete(result);
        }

        _answers.Clear();
    }

    /// <summary>Looks for leases that have expired.</summary>
    /// <returns>Whether there is more to look at.</returns>
    private bool TendLeases()
    {
        LeaseTable leases = _machine.Leases;
        if (leases.Count == 0)
        {
            return false;
        }

        leases.ObserveClock(_alarm.ElapsedMicros);
        if (_leases.Next(leases, _leads) is { } proposal)
        {
            _events.Propose(proposal);
        }

        return _leases.HasMore;
    }

    /// <summary>Reclaims a little, so that entries to be applied wait only briefly.</summary>
    /// <returns>Whether there is more.</returns>
    private bool ReclaimPiece()
    {
        if (_reclaims || _machine.Store.HasRetired)
        {
            _reclaims = _machine.Store.Reclaim(ReclaimSteps);

            // What was removed can be reused when the readers of the previous root are gone.
            _machine.Publish();
        }

        return _reclaims;
    }

    private void Replace(ReplicatedStateMachine machine)
    {
        ReplicatedStateMachine old = _machine;
        machine.Leases.BeginClock(_alarm.ElapsedMicros);
        _machine = machine;
        Published(machine);
        old.Dispose();
        _reclaims = true;
    }

    private void Published(ReplicatedStateMachine machine)
    {
        Volatile.Write(ref _revision, machine.Store.CurrentRevision);
        if (Watches.Publish())
        {
            _events.EventsPublished();
        }
    }

    private static long SizeOf(ReadOnlySpan<LogEntry> entries)
    {
        long bytes = 0;
        foreach (ref readonly LogEntry entry in entries)
        {
            bytes += entry.Size;
        }

        return bytes;
    }

    private readonly record struct Item(
        ApplyEffect Page, bool IsCapture, (ReplicatedStateMachine Machine, SnapshotReceiveEffect Step)? Restore,
        StateQuery? Query);
}
