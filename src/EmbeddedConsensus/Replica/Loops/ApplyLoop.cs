using System.Collections.Concurrent;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Watches;

namespace EmbeddedConsensus.Replica;

/// <summary>
/// The thread that applies committed entries, publishes them, shows them to the watchers and answers the callers, in
/// this order: a caller that has its answer finds its write, and so does every later reader. In its spare time it
/// reclaims what compaction freed.
/// </summary>
internal sealed class ApplyLoop : ReplicaThread, IApplySink
{
    // About 100 µs.
    private const int ReclaimSteps = 512;
    private static readonly TimeSpan ReclaimRetry = TimeSpan.FromMilliseconds(50);
    private const long LogReadBytes = 4L << 20;

    private readonly ConcurrentQueue<Item> _items = new();
    private readonly ILogStorage _log;
    private readonly ProposalTracker _proposals;
    private readonly MemberId _self;
    private readonly ulong _incarnation;
    private readonly IApplyLoopEvents _events;
    private readonly List<(PendingProposal Proposal, ApplyResult Result)> _answers = [];
    private volatile ReplicatedStateMachine _machine;
    private bool _reclaims;

    /// <summary>A thread over a recovered state machine.</summary>
    public ApplyLoop(
        ReplicatedStateMachine machine, ILogStorage log, ProposalTracker proposals, MemberId self, ulong incarnation,
        IApplyLoopEvents events, IReplicaSchedule? schedule)
        : base($"consensus apply {self}", schedule)
    {
        _machine = machine;
        _log = log;
        _proposals = proposals;
        _self = self;
        _incarnation = incarnation;
        _events = events;
        Watches = new WatchHub(OpenView, machine.Store.CurrentRevision);
    }

    /// <summary>The watchers of this replica.</summary>
    public WatchHub Watches { get; }

    /// <summary>The revision that readers see.</summary>
    public long Revision => Watches.Revision;

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
    public void Apply(in ApplyEffect page) => Enqueue(new Item(page, false, null));

    /// <summary>Pins the state for a snapshot after everything before it.</summary>
    public void Capture() => Enqueue(new Item(default, true, null));

    /// <summary>Replaces the state by that of a snapshot from the leader, after everything before it.</summary>
    public void Restore(ReplicatedStateMachine machine, SnapshotReceiveEffect step) =>
        Enqueue(new Item(default, false, (machine, step)));

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
        while (_items.TryDequeue(out Item item))
        {
            item.Restore?.Machine.Dispose();
        }

        _machine.Dispose();
    }

    /// <inheritdoc />
    protected override TimeSpan Turn()
    {
        while (!IsStopping && _items.TryDequeue(out Item item))
        {
            if (item.Restore is { } restore)
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
            }
        }

        return ReclaimPiece() ? TimeSpan.Zero
            // What a view holds back is freed soon after the view is disposed, even if nothing is written.
            : _machine.Store.HasRetired ? ReclaimRetry
            : Timeout.InfiniteTimeSpan;
    }

    /// <inheritdoc />
    protected override void OnFault(Exception exception)
    {
        _events.Failed(exception);

        // Their proposals have left the table, so nothing else would answer these callers.
        foreach ((PendingProposal proposal, _) in _answers)
        {
            proposal.TryFail(new OutcomeUnknownException(
                "The replica was faulted while it applied the write. Read at another member to find out whether it was "
                + "executed.", exception));
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
        _reclaims |= machine.Store.CompactRevision != compacted;
        Watches.Publish();
        foreach ((PendingProposal proposal, ApplyResult result) in _answers)
        {
            proposal.TryComplete(result);
        }

        _answers.Clear();
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
        _machine = machine;
        Watches.Restored(machine.Store.CurrentRevision);
        old.Dispose();
        _reclaims = true;
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
        ApplyEffect Page, bool IsCapture, (ReplicatedStateMachine Machine, SnapshotReceiveEffect Step)? Restore);
}
