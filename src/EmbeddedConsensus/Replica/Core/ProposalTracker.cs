using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>
/// The writes of this replica's callers, from the call to the apply: first waiting, then in flight under a
/// <see cref="ProposalId"/>. Whatever is in flight when the leader changes, or shows no progress, is proposed again under
/// the same id; apply drops the repetition (design decision D7).
/// </summary>
internal sealed class ProposalTracker(ReplicaCoreOptions options, MemberId self, ulong incarnation)
{
    private const int Window = ProposalSession.WindowSize;
    private const int MaxRetryDoublings = 2;

    private readonly Queue<PendingProposal> _waiting = new();

    // Indexed by sequence. The apply lane clears a slot when it has applied its proposal; everything else is the
    // consensus lane's.
    private readonly PendingProposal?[] _inFlight = new PendingProposal?[Window];
    private readonly int[] _inFlightLengths = new int[Window];
    private readonly List<ReadOnlyMemory<byte>> _batch = [];

    private long _waitingBytes;
    private ulong _lowest = 1;
    private ulong _next = 1;
    private ulong _expiredBelow = 1;
    private ulong _lastProgressTick;
    private int _retries;
    private long _inFlightBytes;

    // Something in flight is not in this replica's own log, and may have been lost on the way.
    private bool _forwarded;

    /// <summary>The number of writes that wait to be proposed.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>The number of writes that are proposed and not yet applied.</summary>
    public int InFlightCount => (int)(_next - _lowest);

    /// <summary>Takes a write; fails it at once when too many wait.</summary>
    public void Submit(PendingProposal proposal, ulong now)
    {
        if (_waiting.Count >= options.MaxWaitingProposals || _waitingBytes >= options.MaxWaitingBytes)
        {
            proposal.TryFail(new TooManyRequestsException(
                $"{_waiting.Count} writes of {_waitingBytes} bytes wait to be proposed, and the limits are "
                + $"{options.MaxWaitingProposals} writes and {options.MaxWaitingBytes} bytes. Nothing was executed: "
                + "try again with fewer writes at a time."));
            return;
        }

        proposal.DeadlineTick = options.RequestTimeoutTicks == 0 ? ulong.MaxValue : now + options.RequestTimeoutTicks;
        _waitingBytes += proposal.Command.Length;
        _waiting.Enqueue(proposal);
    }

    /// <summary>Proposes what waits, as far as the window, the leader's limits and <paramref name="node"/> allow.</summary>
    public void ProposeWaiting(RaftNode node, ulong now)
    {
        AdvanceLowest(now);
        byte version = (byte)Math.Min(options.CommandFormat, node.Configuration.FormatVersion);
        while (_waiting.Count > 0)
        {
            ulong first = _next;
            if (!FillBatch(version))
            {
                return;
            }

            ProposeResult result = node.Propose(Batch);
            if (result is not (ProposeResult.Accepted or ProposeResult.Forwarded))
            {
                // Not a byte of it has left: the sequence numbers are free again.
                _next = first;
                return;
            }

            if (InFlightCount == _batch.Count)
            {
                _lastProgressTick = now;
            }

            _forwarded |= result == ProposeResult.Forwarded;
            MoveToFlight(first);
        }
    }

    /// <summary>Proposes again everything in flight: after a change of leader or term, or when a leader that it was
    /// forwarded to shows no progress.</summary>
    public void ProposeAgain(RaftNode node, ulong now)
    {
        _retries = 0;
        _forwarded = false;
        AdvanceLowest(now);
        _lastProgressTick = now;
        _batch.Clear();
        int bytes = 0;
        for (ulong sequence = _lowest; sequence < _next; sequence++)
        {
            if (Volatile.Read(ref SlotOf(sequence)) is not { } proposal)
            {
                continue;
            }

            _batch.Add(proposal.Sealed);
            bytes += proposal.Sealed.Length;
            if (bytes >= options.MaxProposeBytes)
            {
                if (!TryProposeBatch(node))
                {
                    return;
                }

                bytes = 0;
            }
        }

        if (_batch.Count > 0)
        {
            TryProposeBatch(node);
        }
    }

    /// <summary>Proposes again what has shown no progress. Each time the wait for the next attempt doubles, so that
    /// repetitions do not become the load that holds everything up.</summary>
    public void Retry(RaftNode node, ulong now)
    {
        int retries = Math.Min(_retries + 1, MaxRetryDoublings);
        ProposeAgain(node, now);
        _retries = retries;
    }

    /// <summary>Whether what was handed to a leader has shown no progress for too long.</summary>
    public bool IsOverdue(ulong now)
    {
        AdvanceLowest(now);
        return _forwarded && InFlightCount > 0 && now - _lastProgressTick >= options.RetryTicks << _retries;
    }

    /// <summary>The proposal that was applied, if its caller is here; it leaves the table. Runs on the apply
    /// lane.</summary>
    public PendingProposal? Take(ulong sequence)
    {
        PendingProposal? proposal = Peek(sequence);
        if (proposal is not null)
        {
            Volatile.Write(ref SlotOf(sequence), null);
        }

        return proposal;
    }

    /// <summary>The proposal in flight under a number, if its caller is here. Runs on the apply lane.</summary>
    public PendingProposal? Peek(ulong sequence) =>
        Volatile.Read(ref SlotOf(sequence)) is { } proposal && proposal.Sequence == sequence ? proposal : null;

    /// <summary>Ends the calls whose proposals a snapshot from the leader contains: they were executed, and what they
    /// gave is not in the snapshot.</summary>
    public void SnapshotRestored(ProposalSessions sessions)
    {
        for (ulong sequence = _lowest; sequence < _next; sequence++)
        {
            if (sessions.IsApplied(new ProposalId(self, incarnation, sequence)))
            {
                Take(sequence)?.TryFail(new OutcomeUnknownException(
                    "This replica was so far behind that it caught up by a snapshot, which contains the write or shows "
                    + "that it never ran, and not its result. Read to see what the keys hold."));
            }
        }
    }

    /// <summary>Fails the calls whose time is over.</summary>
    public void Expire(ulong now)
    {
        while (_waiting.TryPeek(out PendingProposal? oldest) && (oldest.HasEnded || oldest.DeadlineTick <= now))
        {
            Dequeue();
            oldest.TryFail(new QuorumUnavailableException(
                "The write was not proposed within the request timeout: no leader is known, or it accepts nothing. "
                + "Nothing was executed. Check that a majority of the members is up and reachable."));
        }

        for (_expiredBelow = Math.Max(_expiredBelow, _lowest); _expiredBelow < _next; _expiredBelow++)
        {
            PendingProposal? proposal = Volatile.Read(ref SlotOf(_expiredBelow));
            if (proposal is not null && proposal.DeadlineTick > now)
            {
                return;
            }

            proposal?.TryFail(new OutcomeUnknownException(
                "The write was proposed and not committed within the request timeout. It may yet be executed, once. "
                + "Read to find out, and check that a majority of the members is up and reachable."));
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
            Volatile.Read(ref SlotOf(sequence))?.TryFail(new OutcomeUnknownException(
                "The replica stopped after it had proposed the write, and before it applied it. Read to find out "
                + "whether it was executed.", notExecuted));
        }
    }

    private ReadOnlySpan<ReadOnlyMemory<byte>> Batch => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_batch);

    /// <summary>Numbers the next writes that wait, up to the limits, without taking them out of the queue.</summary>
    private bool FillBatch(byte version)
    {
        _batch.Clear();
        int bytes = 0;
        foreach (PendingProposal proposal in _waiting)
        {
            int length = proposal.Command.Length;
            bool isFull = _next - _lowest >= Window
                || (InFlightCount > 0 && _inFlightBytes + bytes + length > options.MaxInFlightBytes);
            if (isFull || (bytes > 0 && bytes + length > options.MaxProposeBytes))
            {
                break;
            }

            proposal.Seal(version, new ProposalId(self, incarnation, _next));
            _batch.Add(proposal.Sealed);
            bytes += length;
            _next++;
        }

        return _batch.Count > 0;
    }

    private void MoveToFlight(ulong first)
    {
        for (ulong sequence = first; sequence < _next; sequence++)
        {
            PendingProposal proposal = Dequeue();
            _inFlightLengths[sequence % Window] = proposal.Command.Length;
            _inFlightBytes += proposal.Command.Length;
            Volatile.Write(ref SlotOf(sequence), proposal);
        }
    }

    private bool TryProposeBatch(RaftNode node)
    {
        ProposeResult result = node.Propose(Batch);
        _batch.Clear();
        _forwarded |= result != ProposeResult.Accepted;
        return result is ProposeResult.Accepted or ProposeResult.Forwarded;
    }

    private void AdvanceLowest(ulong now)
    {
        ulong before = _lowest;
        while (_lowest < _next && Volatile.Read(ref SlotOf(_lowest)) is null)
        {
            _inFlightBytes -= _inFlightLengths[_lowest % Window];
            _lowest++;
        }

        if (_lowest != before)
        {
            _lastProgressTick = now;
            _retries = 0;
        }
    }

    private PendingProposal Dequeue()
    {
        PendingProposal proposal = _waiting.Dequeue();
        _waitingBytes -= proposal.Command.Length;
        return proposal;
    }

    private ref PendingProposal? SlotOf(ulong sequence) => ref _inFlight[sequence % Window];
}
