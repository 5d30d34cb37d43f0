namespace EmbeddedConsensus.Raft;

/// <summary>
/// The read requests that a leader has to confirm (dissertation, section 6.4). All that wait, its own and those of the
/// followers, share one round: the leader notes its commit index, asks every member for an answer to a heartbeat that
/// names the round, and answers the requests when a quorum has answered.
/// </summary>
/// <remarks>Ids of rounds only ever grow, also from one term to the next, so a delayed answer confirms nothing but the
/// round it was made for and those before it.</remarks>
internal sealed class ReadRounds(int maxPending)
{
    /// <summary>Rounds in flight. With one, a request that just missed it waits for two; with many, none are shared.
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

    /// <summary>Whether requests wait for a round.</summary>
    public bool HasWaiting => _waiting.Requests.Count > 0;

    /// <summary>Whether requests wait and a round may begin.</summary>
    public bool CanBegin => HasWaiting && _rounds.Count < MaxRounds;

    /// <summary>Adds a request. One that waits already, which its sender has sent again, is not added twice.</summary>
    /// <param name="from">The member that asks; the leader itself for its own requests.</param>
    /// <param name="id">Its id for the request.</param>
    /// <returns>False when too many requests wait.</returns>
    public bool TryAdd(MemberId from, ulong id)
    {
        if (_waiting.Requests.Contains((from, id)))
        {
            return true;
        }

        foreach (Round round in _rounds)
        {
            if (round.Requests.Contains((from, id)))
            {
                return true;
            }
        }

        if (_pending >= maxPending)
        {
            return false;
        }

        _pending++;
        _waiting.Requests.Add((from, id));
        return true;
    }

    /// <summary>Begins a round with all that wait.</summary>
    /// <param name="commit">The commit index, which is the read index of the requests.</param>
    public void Begin(ulong commit)
    {
        _waiting.Id = ++NewestId;
        _waiting.Index = commit;
        _rounds.Enqueue(_waiting);
        _waiting = _free.TryPop(out Round? free) ? free : new Round();
    }

    /// <summary>Draws an id for a broadcast of heartbeats that carries no requests. Answers to it confirm the rounds
    /// before it too.</summary>
    public ulong DrawId() => ++NewestId;

    /// <summary>Takes all that wait, without a round. The caller reads the contents and hands them back with
    /// <see cref="Recycle"/>.</summary>
    /// <param name="commit">The commit index, which is the read index of the requests.</param>
    public Round TakeWaiting(ulong commit)
    {
        Round round = _waiting;
        round.Index = commit;
        _waiting = _free.TryPop(out Round? free) ? free : new Round();
        _pending -= round.Requests.Count;
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
        _pending -= round.Requests.Count;
        return round;
    }

    /// <summary>Takes a round back for reuse.</summary>
    /// <param name="round">The round.</param>
    public void Recycle(Round round)
    {
        round.Requests.Clear();
        _free.Push(round);
    }

    /// <summary>Ends everything without confirmation: the node no longer leads.</summary>
    /// <param name="self">The node itself. A follower retries when it sees the leader change.</param>
    /// <param name="failed">The list that the node's own requests are added to.</param>
    public void FailAll(MemberId self, List<ReadIndexResult> failed)
    {
        while (TakeConfirmed(ulong.MaxValue) is { } round)
        {
            Fail(round, self, failed);
            Recycle(round);
        }

        Fail(_waiting, self, failed);
        _waiting.Requests.Clear();
        _pending = 0;
    }

    private static void Fail(Round round, MemberId self, List<ReadIndexResult> failed)
    {
        foreach ((MemberId from, ulong id) in round.Requests)
        {
            if (from == self)
            {
                failed.Add(new ReadIndexResult(id, IsConfirmed: false, Index: 0));
            }
        }
    }

    /// <summary>Requests that share one confirmation.</summary>
    internal sealed class Round
    {
        /// <summary>Names the round.</summary>
        public ulong Id { get; set; }

        /// <summary>The commit index when the round began.</summary>
        public ulong Index { get; set; }

        /// <summary>The requests: the member that asks, and its id for the request.</summary>
        public List<(MemberId From, ulong Id)> Requests { get; } = [];
    }
}
