using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>
/// The linearizable reads of this replica's callers. One round to a majority serves all that waited when it began; who
/// comes while it runs waits for the next, so that batches form by themselves (design decisions D3, D8).
/// </summary>
internal sealed class ReadTracker(ReplicaCoreOptions options)
{
    private readonly Queue<ReadRound> _unapplied = new();
    private readonly Stack<ReadRound> _free = new();

    private ReadRound _waiting = new();
    private ReadRound? _running;
    private ulong _nextId = 1;
    private int _count;

    /// <summary>The number of reads that wait.</summary>
    public int Count => _count;

    /// <summary>Takes an admitted read.</summary>
    public void Submit(PendingRead read)
    {
        _waiting.Reads.Add(read);
        _count++;
        if (_waiting.Reads.Count > 2L * options.MaxPendingReads)
        {
            // More than may be pending: at least half of them were cancelled by their callers.
            _count -= _waiting.Reads.RemoveAll(static waiting => waiting.HasEnded);
        }
    }

    /// <summary>Whether reads wait, no round is running, and a leader is known.</summary>
    public bool CanBegin(RaftNode node) => _running is null && _waiting.Reads.Count > 0 && !node.Leader.IsNone;

    /// <summary>Begins a round when reads wait and none is running.</summary>
    public void BeginRound(RaftNode node)
    {
        if (!CanBegin(node))
        {
            return;
        }

        _running = _waiting;
        _waiting = _free.TryPop(out ReadRound? free) ? free : new ReadRound();
        _running.Id = _nextId++;
        node.ReadIndex(_running.Id);
    }

    /// <summary>Takes the end of a round: its reads may be served when this replica has applied the read
    /// index.</summary>
    public void EndRound(in ReadIndexResult result, ulong appliedIndex)
    {
        if (_running is null || _running.Id != result.RequestId)
        {
            return;
        }

        ReadRound round = _running;
        _running = null;
        if (!result.IsConfirmed)
        {
            Requeue(round);
            return;
        }

        round.Index = result.Index;
        if (round.Reads.Count == 0)
        {
            Recycle(round);
            return;
        }

        _unapplied.Enqueue(round);
        Release(appliedIndex);
    }

    /// <summary>Lets the reads go whose index is applied.</summary>
    public void Release(ulong appliedIndex)
    {
        // Rounds end in order, and a later one never has a smaller index.
        while (_unapplied.TryPeek(out ReadRound? round) && round.Index <= appliedIndex)
        {
            _unapplied.Dequeue();
            foreach (PendingRead read in round.Reads)
            {
                read.TryRelease();
            }

            Recycle(round);
        }
    }

    /// <summary>Fails the reads whose time is over.</summary>
    public void Expire(ulong now)
    {
        Expire(_waiting, now);
        if (_running is not null)
        {
            Expire(_running, now);
        }

        foreach (ReadRound round in _unapplied)
        {
            Expire(round, now);
        }
    }

    /// <summary>Fails every read.</summary>
    public void FailAll(Exception exception)
    {
        foreach (ReadRound round in _unapplied.Append(_waiting).Concat(_running is null ? [] : [_running]))
        {
            foreach (PendingRead read in round.Reads)
            {
                read.TryFail(exception);
            }

            round.Reads.Clear();
        }

        _unapplied.Clear();
        _running = null;
        _count = 0;
    }

    private void Expire(ReadRound round, ulong now)
    {
        // A round's reads came in order, and all have the same time to wait.
        int expired = 0;
        while (expired < round.Reads.Count
            && (round.Reads[expired].HasEnded || round.Reads[expired].DeadlineTick <= now))
        {
            round.Reads[expired++].TryFail(new QuorumUnavailableException(
                "The read was not confirmed by a majority within the request timeout. Check that a majority of the "
                + "members is up and reachable, or read with Consistency.Serializable."));
        }

        round.Reads.RemoveRange(0, expired);
        _count -= expired;
    }

    private void Requeue(ReadRound round)
    {
        round.Reads.AddRange(_waiting.Reads);
        _waiting.Reads.Clear();
        _free.Push(_waiting);
        _waiting = round;
    }

    private void Recycle(ReadRound round)
    {
        _count -= round.Reads.Count;
        round.Reads.Clear();
        _free.Push(round);
    }

    private sealed class ReadRound
    {
        public List<PendingRead> Reads { get; } = [];

        public ulong Id { get; set; }

        public ulong Index { get; set; }
    }
}
