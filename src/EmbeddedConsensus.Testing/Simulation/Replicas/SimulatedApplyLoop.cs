using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Leases;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Testing.Simulation.Checking;
using EmbeddedConsensus.Testing.Simulation.Faults;
using EmbeddedConsensus.Watches;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>
/// Applies committed entries as the apply thread does: apply, publish, watchers, answers, in this order, one item after
/// another. Applying and publishing are separate moments, so that readers come in between.
/// </summary>
internal sealed class SimulatedApplyLoop : IApplySink, IDisposable
{
    private const int ReclaimRecords = 64;
    private const ulong HashInterval = 64;
    private const long HealthyApplyMicros = 100;
    private const ulong WatchDelayStream = 7_000;
    private const long WatchDelayMicros = 20_000;

    // Small, so that slow watchers exceed it.
    private const long WatchBytes = 8 << 10;
    private const long LeaseGraceMicros = 500_000;
    private const long LeaseCheckpointMicros = 2_000_000;

    private readonly SimulatedCluster _cluster;
    private readonly ReplicaLife _life;
    private readonly ulong _incarnation;
    private readonly Queue<Action> _items = new();
    private readonly List<(PendingProposal Proposal, ApplyResult Result)> _answers = [];
    private readonly LeaseProposer _leases = new(new LeaseExpiryOptions
    {
        GraceMicros = LeaseGraceMicros, CheckpointMicros = LeaseCheckpointMicros, MaxMarks = 3, MaxMoves = 4,
    });

    private readonly LeaseDeadlines _deadlines = new();
    private ReplicatedStateMachine _machine;
    private readonly SimulationRandom _watchDelays;
    private bool _isBusy;
    private bool _distributes;

    /// <summary>Applies to a recovered state machine.</summary>
    public SimulatedApplyLoop(
        SimulatedCluster cluster, ReplicaLife life, ReplicatedStateMachine machine, ulong incarnation)
    {
        _cluster = cluster;
        _life = life;
        _machine = machine;
        _incarnation = incarnation;
        PublishedIndex = machine.Applied.Index;
        Watches = new WatchHub(OpenView, machine.Store.CurrentRevision, WatchBytes);
        _watchDelays = life.Replica.Random.Fork(WatchDelayStream + incarnation);
        machine.Leases.BeginClock(Clock);
        CheckState();
    }

    /// <summary>The last index whose effect readers see.</summary>
    public ulong PublishedIndex { get; private set; }

    /// <summary>The watchers of this replica.</summary>
    public WatchHub Watches { get; }

    /// <summary>What has been applied.</summary>
    public ReplicatedStateMachine Machine => _machine;

    private long Clock => (long)_life.Replica.Clock.Monotonic(_cluster.Now).TotalMicroseconds;

    /// <summary>Looks for leases that have expired, as the apply thread does between pages.</summary>
    public void TendLeases()
    {
        _machine.Leases.ObserveClock(Clock);
        bool leads = _life.Core.Node.Role == RaftRole.Leader;
        do
        {
            if (_leases.Next(_machine.Leases, leads) is { } proposal)
            {
                _life.Submit(proposal);
            }
        }
        while (_leases.HasMore);
    }

    /// <summary>Opens what is published.</summary>
    public PinnedView OpenView() => _machine.Store.OpenView();

    /// <summary>Applies a page of committed entries, after everything before it.</summary>
    public void Page(ApplyEffect page) => Enqueue(() => Step(() =>
    {
        _life.Pass(CrashPoint.ApplyBegun);
        if (page.NeedsRead)
        {
            _life.OnDisk(0, EventKind.Read, () => ReadPage(page.FirstIndex, page.LastIndex));
        }
        else
        {
            ApplyEntries(page.Entries, End);
        }
    }));

    /// <summary>Pins the state after everything before it, and passes it to a writer.</summary>
    public void Capture(Action<StateSnapshot> write) => Enqueue(() =>
    {
        write(new StateSnapshot(_machine));
        _life.Pass(CrashPoint.SnapshotPinned);
        End();
    });

    /// <summary>Replaces the state, after everything before it.</summary>
    public void Restore(ReplicatedStateMachine machine, Action restored) => Enqueue(() => Step(() =>
    {
        ReplicatedStateMachine old = _machine;
        machine.Leases.BeginClock(Clock);
        _deadlines.Forget();
        _machine = machine;
        PublishedIndex = machine.Applied.Index;
        LeaveForWatchers();
        old.Dispose();
        CheckState();
        _life.Pass(CrashPoint.ReceiveRestored);
        restored();
        End();
    }));

    /// <inheritdoc />
    public bool Wants(in ProposalId id) =>
        id.Origin == _life.Replica.Id && id.Incarnation == _incarnation
        && _life.Core.Proposals.Peek(id.Sequence) is { HasEnded: false };

    /// <inheritdoc />
    public void Applied(in ProposalId id, in ApplyResult result)
    {
        if (id.Origin == _life.Replica.Id && id.Incarnation == _incarnation
            && _life.Core.Proposals.Take(id.Sequence) is { } proposal)
        {
            _answers.Add((proposal, result));
        }
    }

    /// <summary>Checks the whole state: its hash against that of the other replicas at the same index.</summary>
    public void CheckHash()
    {
        using PinnedView pinned = OpenView();
        _cluster.Committed.CheckHash(_life.Replica.Id, PublishedIndex, pinned.Hash(0));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Watches.End(new StoreStoppedException("The replica has ended."));
        _machine.Dispose();
    }

    private void Enqueue(Action item)
    {
        _items.Enqueue(item);
        if (!_isBusy)
        {
            _isBusy = true;
            _items.Dequeue()();
        }
    }

    private void Step(Action action) => _life.Later(DelayMicros(), EventKind.Apply, action);

    private void End()
    {
        if (_items.TryDequeue(out Action? next))
        {
            next();
        }
        else
        {
            _isBusy = false;
            _machine.Store.Reclaim(ReclaimRecords);
        }
    }

    private long DelayMicros() =>
        _life.Replica.Random.Between(0, _cluster.FaultsAreOn ? _cluster.Profile.ApplyMicros : HealthyApplyMicros);

    private void ReadPage(ulong first, ulong last)
    {
        LogEntry[] entries = _life.Replica.Disk.Read(first, last, _cluster.Profile.MaxMessageBytes);
        if (entries.Length == 0)
        {
            throw new SimulationFailedException("Log storage contract",
                $"Replica {_life.Replica.Id} applies ({first}, {last}), which its log does not hold.");
        }

        ApplyEntries(entries, () =>
        {
            ulong next = entries[^1].Index + 1;
            if (next <= last)
            {
                Step(() => ReadPage(next, last));
            }
            else
            {
                End();
            }
        });
    }

    private void ApplyEntries(ReadOnlyMemory<LogEntry> entries, Action then)
    {
        long bytes = 0;
        foreach (ref readonly LogEntry entry in entries.Span)
        {
            _cluster.Committed.Applying(_life.Replica.Id, entry);
            bool isCompaction = ReplicatedStateMachine.IsCompaction(entry);
            if (isCompaction)
            {
                // The watchers see what was written before a compaction takes it away.
                PublishAll();
            }

            LogEntry applied = Skips(entry.Index)
                ? entry with { Kind = LogEntryKind.NoOp, Data = default }
                : entry;
            _machine.Leases.ObserveClock(Clock);
            _machine.Apply([applied], this);
            CheckState();
            bytes += entry.Size;
            _life.Pass(isCompaction ? CrashPoint.CompactionApplied
                : entry.Kind == LogEntryKind.Configuration ? CrashPoint.ConfigurationApplied
                : CrashPoint.EntryApplied);
        }

        Step(() =>
        {
            Publish(bytes);
            then();
        });
    }

    private void Publish(long bytes)
    {
        ulong before = PublishedIndex;
        PublishAll();
        ulong index = PublishedIndex;
        if (before / HashInterval != index / HashInterval)
        {
            CheckHash();
        }

        _life.Applied(index, bytes, DelayMicros() / 4);
    }

    private void PublishAll()
    {
        _machine.Publish();
        PublishedIndex = _machine.Applied.Index;
        LeaveForWatchers();
        _life.Pass(CrashPoint.Published);
        foreach ((PendingProposal proposal, ApplyResult result) in _answers)
        {
            proposal.TryComplete(result);
        }

        _answers.Clear();
    }

    // The watchers have a thread of their own, which may be late.
    private void LeaveForWatchers()
    {
        if (Watches.Publish() && !_distributes)
        {
            _distributes = true;
            _life.Later(_watchDelays.Between(0, WatchDelayMicros), EventKind.Watch, () =>
            {
                _distributes = false;
                Watches.Distribute();
            });
        }
    }

    private void CheckState()
    {
        LogPosition applied = _machine.Applied;
        _cluster.Committed.CheckState(
            _life.Replica.Id, applied.Index, _machine.Store.CurrentRevision, _machine.Store.CompactRevision);
        _cluster.Committed.CheckLeases(_life.Replica.Id, applied.Index, ReferenceLeases.TextOf(_machine.Leases));
        _deadlines.Check(_life.Replica.Id, _machine.Leases);
    }

    private bool Skips(ulong index) =>
        _life.Defect == SimulatedDefect.SkipEntry && index % 101 == 17 && _life.Replica.Number == 0;
}
