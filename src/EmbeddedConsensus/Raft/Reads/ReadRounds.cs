namespace EmbeddedConsensus.Raft;

/// <summary>
/// The reads that a leader has to confirm (dissertation, section 6.4). All that wait share one round: the leader notes
/// its commit index, asks every member for an answer to a heartbeat that names the round, and answers the reads when a
/// quorum has answered.
/// </summary>
/// <remarks>Ids of rounds only ever grow, also from one term to the next, so a delayed answer confirms nothing but the
/// round it was made for and those before it.</remarks>
internal sealed class ReadRounds(int maxPending)
{
    /// <summary>Rounds in flight. With one, a read that just missed it waits for two; with many, batches never form.
    /// </summary>
    private const int MaxRounds = 2;

    private readonly Queue<Round> _rounds = new();
    private readonly Stack<Round> _free = new();
    private Round _waiting = new();
    private int _pending;

    /// <summary>The id of the newest round ever begun.</summary>
    public ulong NewestId { get; private set; }

    /// <summary>The round that a heartbeat should name: the newest one while any is in flight, else zero.</summary>
    public ulong OpenRound => _rounds.Count == 0 ? 0 : NewestId;

    /// <summary>Whether reads wait for a round.</summary>
    public bool HasWaiting => !_waiting.IsEmpty;

    /// <summary>Whether reads wait and a round may begin.</summary>
    public bool CanBegin => HasWaiting && _rounds.Count < MaxRounds;

    /// <summary>Adds a read of this node.</summary>
    /// <param name="requestId">The read.</param>
    /// <returns>False when too many reads wait.</returns>
    public bool TryAdd(ulong requestId)
    {
        if (_pending >= maxPending)
        {
            return false;
        }

        _pending++;
        _waiting.Local.Add(requestId);
        return true;
    }

    /// <summary>Adds a read of another member. One that waits already is not added again, nor is one beyond the bound:
    /// its sender tries again.</summary>
    /// <param name="from">The member.</param>
    /// <param name="context">Its id for the read.</param>
    public void AddRemote(MemberId from, ulong context)
    {
        if (_pending >= maxPending || _waiting.Remote.Contains((from, context)))
        {
            return;
        }

        foreach (Round round in _rounds)
        {
            if (round.Remote.Contains((from, context)))
            {
                return;
            }
        }

        _pending++;
        _waiting.Remote.Add((from, context));
    }

    /// <summary>Begins a round with all that wait.</summary>
    /// <param name="commit">The commit index, which is what the reads will get.</param>
    public void Begin(ulong commit)
    {
        _waiting.Id = ++NewestId;
        _waiting.Index = commit;
        _rounds.Enqueue(_waiting);
        _waiting = _free.TryPop(out Round? free) ? free : new Round();
    }

    /// <summary>Draws an id for a broadcast of heartbeats that carries no reads. Answers to it confirm the rounds
    /// before it too.</summary>
    public ulong DrawId() => ++NewestId;

    /// <summary>Takes all that wait, without a round. The caller reads the contents and hands them back with
    /// <see cref="Recycle"/>.</summary>
    /// <param name="commit">The commit index, which is what the reads will get.</param>
    public Round TakeWaiting(ulong commit)
    {
        Round round = _waiting;
        round.Index = commit;
        _waiting = _free.TryPop(out Round? free) ? free : new Round();
        _pending -= round.Local.Count + round.Remote.Count;
        return round;
    }

    /// <summary>Ends the oldest round if it is confirmed. The caller reads its contents and hands it back with
    /// <see cref="Recycle"/>.</summary>
    /// <param name="confirmed">The newest round that a quorum confirmed.</param>
    public Round? TakeConfirmed(ulong confirmed)
    {
        if (_rounds.Count == 0 || _rounds.Peek().Id > confirmed)
        {
            return null;
        }

        Round round = _rounds.Dequeue();
        _pending -= round.Local.Count + round.Remote.Count;
        return round;
    }

    /// <summary>Takes a round back for reuse.</summary>
    /// <param name="round">The round.</param>
    public void Recycle(Round round)
    {
        round.Local.Clear();
        round.Remote.Clear();
        _free.Push(round);
    }

    /// <summary>Ends everything without confirmation: the node no longer leads.</summary>
    /// <param name="failed">Gets the reads of this node. Other members find out by the change of leader.</param>
    public void FailAll(List<ReadIndexResult> failed)
    {
        while (TakeConfirmed(ulong.MaxValue) is { } round)
        {
            Fail(round, failed);
            Recycle(round);
        }

        Fail(_waiting, failed);
        _waiting.Local.Clear();
        _waiting.Remote.Clear();
        _pending = 0;
    }

    private static void Fail(Round round, List<ReadIndexResult> failed)
    {
        foreach (ulong requestId in round.Local)
        {
            failed.Add(new ReadIndexResult(requestId, IsConfirmed: false, Index: 0));
        }
    }

    /// <summary>Reads that share one confirmation.</summary>
    internal sealed class Round
    {
        /// <summary>Names the round.</summary>
        public ulong Id { get; set; }

        /// <summary>The commit index when the round began.</summary>
        public ulong Index { get; set; }

        /// <summary>The reads of this node.</summary>
        public List<ulong> Local { get; } = [];

        /// <summary>The reads of other members, with their ids.</summary>
        public List<(MemberId From, ulong Context)> Remote { get; } = [];

        /// <summary>Whether there is no read.</summary>
        public bool IsEmpty => Local.Count == 0 && Remote.Count == 0;
    }
}
