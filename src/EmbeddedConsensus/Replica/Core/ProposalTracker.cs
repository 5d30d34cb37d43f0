using System.Runtime.InteropServices;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>
/// The writes of this replica's callers, from the call to the apply: first waiting, then in flight under a
/// <see cref="ProposalId"/>. What is in flight when the leader changes, or when a batch is lost on the way to it, is
/// proposed again from the first that is not applied, under the same ids; apply drops the repetitions (design decision
/// D7). Once a call has ended, its write is not proposed again: a retraction takes its place.
/// </summary>
internal sealed class ProposalTracker(ReplicaCoreOptions options, MemberId self, ulong incarnation)
{
    private const int Window = ProposalSession.WindowSize;

    private readonly Queue<PendingProposal> _waiting = new();
    private readonly ForwardingWindow _forwarded = new(options);

    // Indexed by sequence. The apply thread clears a slot when it has applied its proposal; everything else is the
    // consensus thread's.
    private readonly PendingProposal?[] _inFlight = new PendingProposal?[Window];
    private readonly int[] _inFlightLengths = new int[Window];
    private readonly List<ReadOnlyMemory<byte>> _batch = [];

    // The waiting proposals of the batch, from the first number that is free.
    private readonly List<PendingProposal> _numbered = [];

    private long _waitingBytes;
    private ulong _lowest = 1;
    private ulong _next = 1;
    private ulong _expiredBelow = 1;
    private long _inFlightBytes;

    // What is in flight from here on was not yet proposed to the present leader, or has to be proposed again.
    private ulong _cursor = 1;
    private ulong _lastAppliedTick;

    // The leader has accepted less than it was given, and nothing was applied since.
    private bool _isRefused;

    /// <summary>The number of writes that wait to be proposed.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>The number of writes that are proposed and not yet applied.</summary>
    public int InFlightCount => (int)(_next - _lowest);

    /// <summary>The sequence number of the oldest write that is not applied.</summary>
    public ulong LowestInFlight => _lowest;

    /// <summary>Takes an admitted write.</summary>
    public void Submit(PendingProposal proposal)
    {
        _waitingBytes += proposal.Command.Length;
        _waiting.Enqueue(proposal);
        if (_waiting.Count > 2L * options.MaxPendingWrites || _waitingBytes / 2 > options.MaxPendingWriteBytes)
        {
            // More than may be pending: at least half of them were cancelled by their callers.
            DropCancelled();
        }
    }

    /// <summary>Proposes what was in flight before this leader and then what waits, as far as the windows and
    /// <paramref name="node"/> allow.</summary>
    public void Propose(RaftNode node, ulong now)
    {
        Advance(now);
        if (node.Leader.IsNone || _forwarded.IsPaused(now) || !ProposeInFlight(node, now))
        {
            return;
        }

        // What a leader that refuses has never seen cannot be executed, and its callers may know that. A leader of this
        // replica's own is asked each time.
        if (!_isRefused || node.Role == RaftRole.Leader)
        {
            ProposeWaiting(node, now);
        }
    }

    /// <summary>Proposes everything in flight again: there is a new leader, or a new term. Some of it may have been
    /// lost with the one before.</summary>
    public void ProposeAgain(ulong now)
    {
        Advance(now);
        _forwarded.Reset();
        _cursor = _lowest;
        _isRefused = false;
    }

    /// <summary>The leader had no room for a batch. What is in flight is sent again after a pause, one batch at a time,
    /// and nothing new until something was applied.</summary>
    /// <param name="batch">The <see cref="RaftMessage.Context"/> of the message.</param>
    /// <param name="now">The tick.</param>
    public void BatchRefused(ulong batch, ulong now) => _isRefused |= TryGoBack(batch, now);

    /// <summary>The leader found a proposal in a batch that no member can execute. Calls whose proposals this member
    /// finds unsound too end, and retractions take their places; if there is none, the batch was damaged on the
    /// way.</summary>
    /// <param name="batch">The <see cref="RaftMessage.Context"/> of the message.</param>
    /// <param name="now">The tick.</param>
    public void BatchUnsound(ulong batch, ulong now)
    {
        ulong end = _forwarded.EndOf(batch);
        for (ulong sequence = Math.Max(batch, _lowest); sequence < end; sequence++)
        {
            if (Peek(sequence) is { } proposal
                && OperationTable.Default.FaultOf(proposal.Sealed.Span, options.NewestFormat) is { } fault)
            {
                proposal.TryFail(new InvariantViolationException(
                    $"The leader refused the write, and nothing was executed: no member can execute it. {fault}"));
            }
        }

        TryGoBack(batch, now);
    }

    /// <summary>The transport dropped a batch at once. What is in flight is sent again after a pause.</summary>
    /// <param name="batch">The <see cref="RaftMessage.Context"/> of the message.</param>
    /// <param name="now">The tick.</param>
    public void BatchDropped(ulong batch, ulong now) => TryGoBack(batch, now);

    /// <summary>Sends what is in flight to the leader again, if it has shown no progress for too long.</summary>
    public void RetryIfOverdue(ulong now)
    {
        Advance(now);
        if (_forwarded.IsOverdue(now))
        {
            _forwarded.CountRetry();
            GoBack();
        }
    }

    /// <summary>The proposal that was applied, if its caller is here; it leaves the table. Runs on the apply
    /// thread.</summary>
    public PendingProposal? Take(ulong sequence)
    {
        PendingProposal? proposal = Peek(sequence);
        if (proposal is not null)
        {
            Volatile.Write(ref SlotOf(sequence), null);
        }

        return proposal;
    }

    /// <summary>The proposal in flight under a number; null when it is applied. Safe for the apply thread.</summary>
    public PendingProposal? Peek(ulong sequence) =>
        Volatile.Read(ref SlotOf(sequence)) is { } proposal && proposal.Sequence == sequence ? proposal : null;

    /// <summary>Ends the calls whose proposals a snapshot from the leader contains: they were executed, and their
    /// results are not in the snapshot.</summary>
    public void SnapshotRestored(ProposalSessions sessions)
    {
        for (ulong sequence = _lowest; sequence < _next; sequence++)
        {
            ProposalId id = IdOf(sequence);
            if (sessions.IsApplied(id) && Take(sequence) is { } proposal)
            {
                proposal.TryFail(new OutcomeUnknownException(
                    "This replica was so far behind that it caught up by a snapshot, which contains the write or shows "
                    + "that it never ran, and not its result. Resolve the exception to find out whether it ran, or "
                    + "read to see what the keys hold."));
                proposal.Resolve(sessions.FindOutcome(id));
            }
        }
    }

    /// <summary>Fails the calls whose time is over.</summary>
    /// <param name="now">The tick.</param>
    /// <param name="hasLeader">Whether a leader is known.</param>
    public void Expire(ulong now, bool hasLeader)
    {
        while (_waiting.TryPeek(out PendingProposal? oldest) && (oldest.HasEnded || oldest.DeadlineTick <= now))
        {
            Dequeue();
            oldest.TryFail(NotProposed(oldest, hasLeader));
        }

        for (_expiredBelow = Math.Max(_expiredBelow, _lowest); _expiredBelow < _next; _expiredBelow++)
        {
            PendingProposal? proposal = Volatile.Read(ref SlotOf(_expiredBelow));
            if (proposal is not null && proposal.DeadlineTick > now)
            {
                return;
            }

            proposal?.TryFail(new OutcomeUnknownException(
                "The write was proposed and not committed within the request timeout. It may have been executed, once; "
                + "the replica does not propose it again, and retracts it. Resolve the exception to find out what "
                + "became of it, and check that a majority of the members is up and reachable."));
        }
    }

    /// <summary>Fails every call: what waits with <paramref name="notExecuted"/>, what is in flight with an unknown
    /// outcome.</summary>
    public void FailAll(Exception notExecuted)
    {
        while (_waiting.Count > 0)
        {
            Dequeue().TryFail(notExecuted);
        }

        for (ulong sequence = _lowest; sequence < _next; sequence++)
        {
            if (Volatile.Read(ref SlotOf(sequence)) is { } proposal)
            {
                proposal.TryFail(new OutcomeUnknownException(
                    "The replica stopped after it had proposed the write, and before it applied it. Read to find out "
                    + "whether it was executed.", notExecuted));
                proposal.Resolve(outcome: null);
            }
        }
    }

    private ReadOnlySpan<ReadOnlyMemory<byte>> Batch => CollectionsMarshal.AsSpan(_batch);

    /// <summary>Why a write was never proposed in its time: the cluster was too busy with others, or not
    /// available.</summary>
    private ConsensusStoreException NotProposed(PendingProposal proposal, bool hasLeader)
    {
        bool isWorking = _isRefused || _lastAppliedTick + options.RequestTimeoutTicks > proposal.DeadlineTick;
        return hasLeader && isWorking
            ? new TooManyRequestsException(
                "The write was not proposed within the request timeout: the leader had no room for it, or the writes "
                + "before it took all of the time. Nothing was executed: try again with fewer writes at a time.")
            : new QuorumUnavailableException(
                "The write was not proposed within the request timeout: no leader is known, or nothing that was "
                + "proposed before it gets committed. Nothing was executed. Check that a majority of the members is up "
                + "and reachable.");
    }

    private static void Refuse(PendingProposal proposal, byte version) =>
        proposal.TryFail(new OperationNotSupportedException(proposal.Format, version));

    private bool ProposeInFlight(RaftNode node, ulong now)
    {
        while (_cursor < _next)
        {
            (ForwardedBatch batch, bool isFull) = GatherInFlight(node);
            if (isFull || (batch.First < batch.End && !TryPropose(node, batch, now)))
            {
                return false;
            }

            _cursor = batch.End;
            if (_isRefused)
            {
                // One batch at a time asks the leader whether it has room again.
                _forwarded.Pause(now);
                return false;
            }
        }

        return true;
    }

    /// <summary>Gathers the next batch of what is in flight and not applied.</summary>
    /// <returns>The batch, empty when the rest is applied; and whether there is no room for even one.</returns>
    private (ForwardedBatch Batch, bool IsFull) GatherInFlight(RaftNode node)
    {
        _batch.Clear();
        long bytes = 0;
        ulong first = _next;
        ulong end = _cursor;
        for (; end < _next; end++)
        {
            if (Peek(end) is not { } proposal)
            {
                continue;
            }

            if (proposal.HasEnded)
            {
                Retract(proposal, node);
            }

            if (!Fits(node, bytes, proposal))
            {
                break;
            }

            first = Math.Min(first, end);
            _batch.Add(proposal.Sealed);
            bytes += SizeOf(proposal);
        }

        return (new ForwardedBatch(_batch.Count == 0 ? end : first, end, bytes), _batch.Count == 0 && end < _next);
    }

    /// <summary>What is proposed again from now on is not the write, for which no caller waits, but its retraction.
    /// </summary>
    private void Retract(PendingProposal proposal, RaftNode node)
    {
        proposal.Retract(VersionOf(node), IdOf(proposal.Sequence));
        ref int length = ref _inFlightLengths[proposal.Sequence % Window];
        _inFlightBytes += SizeOf(proposal) - length;
        length = SizeOf(proposal);
    }

    private void ProposeWaiting(RaftNode node, ulong now)
    {
        byte version = VersionOf(node);
        while (_waiting.Count > 0)
        {
            if (_waiting.Peek().Format > version)
            {
                Refuse(Dequeue(), version);
                continue;
            }

            ulong first = _next;
            long bytes = NumberWaiting(node, version);
            if (_batch.Count == 0)
            {
                return;
            }

            if (!TryPropose(node, new ForwardedBatch(first, _next, bytes), now))
            {
                // Not a byte of it has left: the sequence numbers are free again.
                _numbered.ForEach(static proposal => proposal.Unseal());
                _numbered.Clear();
                _next = first;
                return;
            }

            MoveToFlight(first);
            _cursor = _next;
        }
    }

    /// <summary>Numbers the next writes that wait, up to the limits, without taking them out of the queue. Those whose
    /// calls have ended are left out for good.</summary>
    /// <returns>Their size.</returns>
    private long NumberWaiting(RaftNode node, byte version)
    {
        _batch.Clear();
        _numbered.Clear();
        long bytes = 0;
        foreach (PendingProposal proposal in _waiting)
        {
            bool isFull = _next - _lowest >= Window
                || (InFlightCount > 0 && _inFlightBytes + bytes + SizeOf(proposal) > options.MaxInFlightBytes);
            if (isFull || proposal.Format > version || !Fits(node, bytes, proposal))
            {
                break;
            }

            if (proposal.TrySeal(version, IdOf(_next)))
            {
                _numbered.Add(proposal);
                _batch.Add(proposal.Sealed);
                bytes += SizeOf(proposal);
                _next++;
            }
        }

        return bytes;
    }

    /// <summary>Whether a proposal can follow others in one batch. One alone is never too large.</summary>
    private bool Fits(RaftNode node, long bytes, PendingProposal proposal)
    {
        long size = bytes + SizeOf(proposal);
        return (bytes == 0 || size <= options.MaxProposeBytes)
            && (node.Role == RaftRole.Leader || _forwarded.HasRoomFor(size));
    }

    private bool TryPropose(RaftNode node, in ForwardedBatch batch, ulong now)
    {
        ProposeResult result = node.Propose(Batch, batch.First);
        switch (result)
        {
            case ProposeResult.Accepted:
                _isRefused = false;
                return true;
            case ProposeResult.Forwarded:
                _forwarded.Add(batch, now);
                return true;
            default:
                _isRefused |= result == ProposeResult.Overloaded;
                return false;
        }
    }

    /// <summary>Moves the batch from the queue into the table of what is in flight.</summary>
    private void MoveToFlight(ulong first)
    {
        ulong sequence = first;
        while (sequence < _next)
        {
            PendingProposal proposal = Dequeue();
            if (proposal.Sequence != sequence)
            {
                // Its call ended before it was proposed, so it never is.
                continue;
            }

            _inFlightLengths[sequence % Window] = SizeOf(proposal);
            _inFlightBytes += SizeOf(proposal);
            Volatile.Write(ref SlotOf(sequence), proposal);
            sequence++;
        }

        _numbered.Clear();
    }

    private void Advance(ulong now)
    {
        // Read before the loop, because the apply thread continues meanwhile: the loop sees everything that was applied
        // before the overtaker.
        ulong overtaker = _forwarded.FindOvertaker(this);
        ulong before = _lowest;
        while (_lowest < _next && Volatile.Read(ref SlotOf(_lowest)) is null)
        {
            _inFlightBytes -= _inFlightLengths[_lowest % Window];
            _lowest++;
        }

        _cursor = Math.Max(_cursor, _lowest);
        bool isOvertaken = _lowest < overtaker;
        if (!isOvertaken && _lowest == before)
        {
            return;
        }

        _lastAppliedTick = now;
        _forwarded.Progress(_lowest, now);
        if (_isRefused)
        {
            _isRefused = false;
            _forwarded.Resume();
        }

        if (isOvertaken)
        {
            // Batches seldom overtake each other: one was lost. If not, sending it again costs little.
            GoBack();
            _forwarded.Pause(now);
        }
    }

    private bool TryGoBack(ulong batch, ulong now)
    {
        if (!_forwarded.Contains(batch))
        {
            return false;
        }

        GoBack();
        _forwarded.Pause(now);
        return true;
    }

    private void GoBack()
    {
        _forwarded.Clear();
        _cursor = _lowest;
    }

    private void DropCancelled()
    {
        for (int count = _waiting.Count; count > 0; count--)
        {
            PendingProposal proposal = Dequeue();
            if (!proposal.HasEnded)
            {
                _waitingBytes += proposal.Command.Length;
                _waiting.Enqueue(proposal);
            }
        }
    }

    private PendingProposal Dequeue()
    {
        PendingProposal proposal = _waiting.Dequeue();
        _waitingBytes -= proposal.Command.Length;
        return proposal;
    }

    private ProposalId IdOf(ulong sequence) => new(self, incarnation, sequence);

    private byte VersionOf(RaftNode node) =>
        CommandFormat.Agreed(options.CommandFormat, node.Configuration.FormatVersion);

    private ref PendingProposal? SlotOf(ulong sequence) => ref _inFlight[sequence % Window];

    private static int SizeOf(PendingProposal proposal) => proposal.Command.Length + LogEntry.Overhead;
}
