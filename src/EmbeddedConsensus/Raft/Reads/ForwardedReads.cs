namespace EmbeddedConsensus.Raft;

/// <summary>The reads that a follower has sent to its leader, in batches. A batch is sent again, under the same id,
/// until it is answered or the leader changes.</summary>
internal sealed class ForwardedReads(int maxPending, ulong firstId)
{
    /// <summary>Batches on their way; see the rounds of the leader.</summary>
    private const int MaxBatches = 2;

    private readonly List<Batch> _batches = [];
    private readonly Stack<Batch> _free = new();
    private Batch _waiting = new();
    private ulong _nextId = firstId;
    private int _pending;

    /// <summary>Adds a read.</summary>
    /// <param name="requestId">The read.</param>
    /// <returns>False when too many reads wait.</returns>
    public bool TryAdd(ulong requestId)
    {
        if (_pending >= maxPending)
        {
            return false;
        }

        _pending++;
        _waiting.Requests.Add(requestId);
        return true;
    }

    /// <summary>Forms a batch of all that wait, if one may be sent now.</summary>
    /// <param name="id">The batch's id.</param>
    public bool TryBegin(out ulong id)
    {
        id = _nextId;
        if (_waiting.Requests.Count == 0 || _batches.Count >= MaxBatches)
        {
            return false;
        }

        _nextId++;
        _waiting.Id = id;
        _waiting.Ticks = 0;
        _batches.Add(_waiting);
        _waiting = _free.TryPop(out Batch? free) ? free : new Batch();
        return true;
    }

    /// <summary>Lets a tick pass, and collects the batches that are to be sent again.</summary>
    /// <param name="patience">The ticks between two attempts.</param>
    /// <param name="due">Gets the ids.</param>
    public void Tick(int patience, List<ulong> due)
    {
        foreach (Batch batch in _batches)
        {
            if (++batch.Ticks >= patience)
            {
                batch.Ticks = 0;
                due.Add(batch.Id);
            }
        }
    }

    /// <summary>Ends a batch; an unknown id changes nothing.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="index">The read index.</param>
    /// <param name="results">Gets its reads.</param>
    public void Confirm(ulong id, ulong index, List<ReadIndexResult> results)
    {
        int position = _batches.FindIndex(batch => batch.Id == id);
        if (position < 0)
        {
            return;
        }

        End(_batches[position], isConfirmed: true, index, results);
        _free.Push(_batches[position]);
        _batches.RemoveAt(position);
    }

    /// <summary>Ends everything without confirmation: the leader was lost.</summary>
    /// <param name="results">Gets the reads.</param>
    public void FailAll(List<ReadIndexResult> results)
    {
        foreach (Batch batch in _batches)
        {
            End(batch, isConfirmed: false, 0, results);
            _free.Push(batch);
        }

        _batches.Clear();
        End(_waiting, isConfirmed: false, 0, results);
    }

    private void End(Batch batch, bool isConfirmed, ulong index, List<ReadIndexResult> results)
    {
        foreach (ulong requestId in batch.Requests)
        {
            results.Add(new ReadIndexResult(requestId, isConfirmed, index));
        }

        _pending -= batch.Requests.Count;
        batch.Requests.Clear();
    }

    private sealed class Batch
    {
        public ulong Id { get; set; }

        public int Ticks { get; set; }

        public List<ulong> Requests { get; } = [];
    }
}
