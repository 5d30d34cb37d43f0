namespace EmbeddedConsensus.Raft;

/// <summary>
/// What a leader knows of its lease: the time up to which no other member can have become leader, so that reads need no
/// round (dissertation, section 6.4.1).
/// </summary>
/// <remarks>
/// <para>A follower that answers a heartbeat does not vote for a while that its answer states; it counts that while
/// from when it took the heartbeat, which is later than when the heartbeat was sent. So when a majority has answered a
/// round, no election can be won before the round's sending plus that while, less what the leader's clock may be slower
/// than the followers' clocks.</para>
/// <para>Time is what the driver reads from one monotonic clock. A reading serves the reads that were taken in before
/// it, and no others: the thread may be held up for any time between a reading and what comes next, and meanwhile the
/// lease may end, another leader be elected and a write be acknowledged that a later read has to see. The moment of
/// the reading is the moment at which the reads take effect.</para>
/// </remarks>
internal sealed class ReadLease
{
    /// <summary>Rounds whose sending is remembered. When all are in use the next round is not remembered, which makes
    /// the lease shorter, never longer.</summary>
    private const int MaxRounds = 16;

    private readonly Queue<(ulong Round, TimeSpan SentAt)> _sent = new(MaxRounds);
    private TimeSpan _now;
    private bool _hasClock;
    private bool _isReadingUsable;
    private TimeSpan _end;
    private ClusterConfiguration? _configuration;
    private bool _isRefused;

    /// <summary>No lease yet.</summary>
    /// <param name="promise">How long a follower does not vote, on its own clock.</param>
    /// <param name="maxClockDrift">How much slower than another a clock may run, as a part of the time that
    /// passes.</param>
    public ReadLease(TimeSpan promise, double maxClockDrift) =>
        Duration = new TimeSpan((long)(promise.Ticks * (1 - maxClockDrift)));

    /// <summary>How long a lease lasts, from the sending of the round that confirms it.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Takes a reading of the clock.</summary>
    /// <param name="now">The time since a moment that stays the same for the life of the node.</param>
    public void ObserveClock(TimeSpan now)
    {
        if (now < _now)
        {
            // Not what was promised of the clock. What was noted on it says nothing any more.
            End();
        }

        _now = now;
        _hasClock = true;
        _isReadingUsable = true;
    }

    /// <summary>The last reading serves no more reads.</summary>
    public void ForgetClock() => _isReadingUsable = false;

    /// <summary>A round is about to be sent: not before the last reading of the clock.</summary>
    /// <param name="round">Its id.</param>
    public void RoundSent(ulong round)
    {
        if (_hasClock && _sent.Count < MaxRounds)
        {
            _sent.Enqueue((round, _now));
        }
    }

    /// <summary>A quorum has promised, in answer to a round or to later ones.</summary>
    /// <param name="round">The round.</param>
    /// <param name="configuration">The membership whose quorum that is.</param>
    public void RoundConfirmed(ulong round, ClusterConfiguration configuration)
    {
        while (_sent.TryPeek(out (ulong Round, TimeSpan SentAt) sent) && sent.Round <= round)
        {
            _sent.Dequeue();
            _end = sent.SentAt + Duration;
            _configuration = configuration;
        }
    }

    /// <summary>Whether the lease holds at the last reading of the clock. A lease that another membership confirmed
    /// does not.</summary>
    /// <param name="configuration">The membership in use.</param>
    public bool Holds(ClusterConfiguration configuration) =>
        !_isRefused && ReferenceEquals(_configuration, configuration) && _now < _end;

    /// <summary>Whether reads that were taken in before the last reading of the clock may be answered.</summary>
    /// <param name="configuration">The membership in use.</param>
    public bool CanRead(ClusterConfiguration configuration) => _isReadingUsable && Holds(configuration);

    /// <summary>Ends the lease for the rest of the term: a member was told to campaign, whatever was
    /// promised.</summary>
    public void Refuse() => _isRefused = true;

    /// <summary>A term begins, or leadership ends: nothing is promised to this leader.</summary>
    public void Reset()
    {
        End();
        _isRefused = false;
    }

    private void End()
    {
        _sent.Clear();
        _configuration = null;
        _end = default;
    }
}
