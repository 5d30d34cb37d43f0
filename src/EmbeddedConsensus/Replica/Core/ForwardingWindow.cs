namespace EmbeddedConsensus.Replica.Core;

/// <summary>
/// What a replica that does not lead has on the way to the leader: a small window of batches (design decision D3),
/// which is sent again as a whole from the first one that is missing (go-back-N). Apply drops repetitions, so neither
/// the leader nor this replica keeps track of single batches.
/// </summary>
/// <remarks>A larger window would only fill queues that it does not see: the transport's, which drops what does not fit
/// and delays this replica's acknowledgements, or the leader's, which refuses.</remarks>
internal sealed class ForwardingWindow(ReplicaCoreOptions options)
{
    private const int MaxRetryDoublings = 2;

    // In the order of sending, which is that of the sequence numbers.
    private readonly List<ForwardedBatch> _batches = [];
    private long _bytes;
    private ulong _resumeTick;
    private ulong _progressTick;
    private int _retries;

    /// <summary>Whether a batch of a size, which may still grow, may be sent too. One alone always may.</summary>
    public bool HasRoomFor(long bytes) => _batches.Count == 0
        || (_batches.Count < options.MaxForwardedBatches && _bytes + bytes <= options.MaxForwardedBytes);

    /// <summary>Whether nothing may be sent yet.</summary>
    public bool IsPaused(ulong now) => now < _resumeTick;

    /// <summary>Whether the window has shown no progress for too long.</summary>
    public bool IsOverdue(ulong now) =>
        _batches.Count > 0 && now - _progressTick >= options.RetryTicks << _retries;

    /// <summary>Whether a batch is on the way.</summary>
    /// <param name="first">Its first sequence number.</param>
    public bool Contains(ulong first) => _batches.Exists(batch => batch.First == first);

    /// <summary>The number after the last of a batch that is on the way; 0 when it is not.</summary>
    /// <param name="first">Its first sequence number.</param>
    public ulong EndOf(ulong first) => _batches.Find(batch => batch.First == first).End;

    /// <summary>A batch was sent.</summary>
    public void Add(in ForwardedBatch batch, ulong now)
    {
        if (_batches.Count == 0)
        {
            _progressTick = now;
        }

        _batches.Add(batch);
        _bytes += batch.Bytes;
    }

    /// <summary>The first sequence number of a batch, other than the first one, that has begun to be applied; 0 when
    /// there is none.</summary>
    /// <param name="proposals">Knows what is applied.</param>
    public ulong FindOvertaker(ProposalTracker proposals)
    {
        for (int i = _batches.Count - 1; i > 0; i--)
        {
            // Its first proposal was not applied when the batch was sent.
            if (proposals.Peek(_batches[i].First) is null)
            {
                return _batches[i].First;
            }
        }

        return 0;
    }

    /// <summary>Something was applied.</summary>
    /// <param name="lowest">The lowest sequence number that is not applied.</param>
    /// <param name="now">The tick.</param>
    public void Progress(ulong lowest, ulong now)
    {
        _progressTick = now;
        _retries = 0;
        while (_batches.Count > 0 && _batches[0].End <= lowest)
        {
            _bytes -= _batches[0].Bytes;
            _batches.RemoveAt(0);
        }
    }

    /// <summary>Waits before the next batch.</summary>
    public void Pause(ulong now) => _resumeTick = now + options.PauseTicks;

    /// <summary>Sends at once again.</summary>
    public void Resume() => _resumeTick = 0;

    /// <summary>The window was given up for lack of progress. Each time the wait for the next attempt doubles, so that
    /// repetitions do not become the load that holds everything up.</summary>
    public void CountRetry() => _retries = Math.Min(_retries + 1, MaxRetryDoublings);

    /// <summary>Forgets the batches: they are sent again, or were sent to a leader of the past.</summary>
    public void Clear()
    {
        _batches.Clear();
        _bytes = 0;
    }

    /// <summary>Begins anew with another leader.</summary>
    public void Reset()
    {
        Clear();
        Resume();
        _retries = 0;
    }
}
