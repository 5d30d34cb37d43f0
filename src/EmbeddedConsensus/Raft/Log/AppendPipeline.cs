using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>The appends on their way to the disk, in order, and what each of them releases when it is durable: answers
/// that promise its contents, and the node's own vote.</summary>
internal sealed class AppendPipeline(HardState durable)
{
    private readonly Queue<InFlight> _inFlight = new();
    private readonly Stack<InFlight> _free = new();
    private InFlight _next = new();
    private ulong _lastId;
    private HardState _issued = durable;
    private bool _isBarrierDue;

    /// <summary>What is durable of <see cref="HardState.Founding"/>.</summary>
    public FoundingState DurableFounding { get; private set; } = durable.Founding;

    /// <summary>The appends on their way.</summary>
    public int Count => _inFlight.Count;

    /// <summary>The oldest append on its way: the last index that it makes durable, zero for none, and the tick in
    /// which it was issued; null when none is on its way.</summary>
    public (ulong LastIndex, ulong IssuedAt)? Oldest =>
        _inFlight.TryPeek(out InFlight? oldest) ? (oldest.LastIndex, oldest.IssuedAt) : null;

    /// <summary>The promise that a restart would keep, in microseconds.</summary>
    public ulong DurablePromise { get; private set; } = durable.PromisedMicroseconds;

    /// <summary>Holds an answer back until everything that was accepted so far is durable.</summary>
    /// <param name="message">The answer.</param>
    public void Hold(in RaftMessage message) => _next.Messages.Add(message);

    /// <summary>Counts the node's own vote once the vote is durable.</summary>
    /// <param name="term">The term of the campaign.</param>
    public void HoldOwnVote(ulong term) => _next.OwnVoteTerm = term;

    /// <summary>Makes the next append due even if there is nothing new to write: whatever was handed to the disk before
    /// it is durable when it completes.</summary>
    public void RequireBarrier() => _isBarrierDue = true;

    /// <summary>Notes that entries from an index on were replaced: the completion of an append that is on its way
    /// says nothing about them, even where the new ones look the same (the ABA case).</summary>
    /// <param name="index">The first index that was replaced.</param>
    public void TruncateFrom(ulong index)
    {
        foreach (InFlight append in _inFlight)
        {
            append.LastIndex = Math.Min(append.LastIndex, index - 1);
        }
    }

    /// <summary>Makes the next append of everything that is not handed to the disk yet. Without anything to write, what
    /// was held back waits for the append before, or goes out at once when none is on its way.</summary>
    /// <param name="log">The log.</param>
    /// <param name="current">The hard state to hold.</param>
    /// <param name="now">The tick.</param>
    /// <param name="released">Where answers go that wait for nothing.</param>
    public AppendEffect? Issue(RaftLog log, HardState current, ulong now, List<RaftMessage> released)
    {
        ImmutableArray<ReadOnlyMemory<LogEntry>> entries = log.IssueAll();
        bool isVote = current.Founding != _issued.Founding
            || (!current.Vote.IsNone && (current.Term != _issued.Term || current.Vote != _issued.Vote));
        bool isStateDue = current.Term != _issued.Term || current.Vote != _issued.Vote || IsPromiseDue(current)
            || current.Founding != _issued.Founding || current.IsInDoubt != _issued.IsInDoubt || _isBarrierDue;
        if (entries.IsEmpty && !isStateDue)
        {
            ReleaseOrAttach(released);
            return null;
        }

        // A commit index that rose and a promise that fell go with an append; they are not worth one of their own.
        HardState? state = isStateDue || current != _issued ? current : null;
        _issued = current;
        _isBarrierDue = false;
        _next.Id = ++_lastId;
        _next.Founding = current.Founding;
        _next.LastIndex = entries.IsEmpty ? 0 : log.LastIndex;
        _next.IssuedAt = now;
        _next.PromisedMicroseconds = current.PromisedMicroseconds;
        _inFlight.Enqueue(_next);
        _next = _free.TryPop(out InFlight? free) ? free : new InFlight();
        return new AppendEffect(_lastId, entries, state, isVote);
    }

    /// <summary>Completes the oldest append.</summary>
    /// <param name="appendId">Its id.</param>
    /// <param name="released">Where the answers go that it releases.</param>
    /// <returns>The last index that it made durable, zero for none; and the term in which the own vote counts now, zero
    /// for none.</returns>
    /// <exception cref="InvariantViolationException">It is not the oldest append.</exception>
    public (ulong StableIndex, ulong OwnVoteTerm) Complete(ulong appendId, List<RaftMessage> released)
    {
        if (!_inFlight.TryDequeue(out InFlight? append) || append.Id != appendId)
        {
            throw new InvariantViolationException(
                $"Append {appendId} was reported as complete; the oldest on its way is {append?.Id ?? 0}.");
        }

        (ulong, ulong) outcome = (append.LastIndex, append.OwnVoteTerm);
        DurableFounding = append.Founding;
        DurablePromise = append.PromisedMicroseconds;
        released.AddRange(append.Messages);
        append.Messages.Clear();
        append.OwnVoteTerm = 0;
        _free.Push(append);
        return outcome;
    }

    /// <summary>A new member has heard no leader: what it is going to promise goes with its first term.</summary>
    private bool IsPromiseDue(HardState current) =>
        current.Term > 0 && current.PromisedMicroseconds > _issued.PromisedMicroseconds;

    private void ReleaseOrAttach(List<RaftMessage> released)
    {
        if (_next.OwnVoteTerm != 0)
        {
            throw new InvariantViolationException($"The own vote of term {_next.OwnVoteTerm} was never written.");
        }

        if (_next.Messages.Count == 0)
        {
            return;
        }

        List<RaftMessage> target = _inFlight.Count == 0 ? released : Newest().Messages;
        target.AddRange(_next.Messages);
        _next.Messages.Clear();
    }

    private InFlight Newest()
    {
        // The queue is short: a handful of flushes at most.
        InFlight newest = _inFlight.Peek();
        foreach (InFlight append in _inFlight)
        {
            newest = append;
        }

        return newest;
    }

    private sealed class InFlight
    {
        public ulong Id { get; set; }

        public ulong LastIndex { get; set; }

        public ulong IssuedAt { get; set; }

        public ulong OwnVoteTerm { get; set; }

        public FoundingState Founding { get; set; }

        public ulong PromisedMicroseconds { get; set; }

        public List<RaftMessage> Messages { get; } = [];
    }
}
