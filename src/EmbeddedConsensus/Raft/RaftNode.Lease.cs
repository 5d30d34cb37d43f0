namespace EmbeddedConsensus.Raft;

/// <summary>
/// Reads by leader lease (dissertation, section 6.4.1), and the promise of the followers that the lease rests on.
/// </summary>
/// <remarks>
/// <para><b>The promise.</b> Whoever answers a heartbeat votes for nobody, nor campaigns, for
/// <see cref="RaftOptions.ElectionTicks"/> ticks, in whatever term and whether or not it uses leases itself; the answer
/// states how long that is at the least. A member that restarts has forgotten whom it heard, so it waits the same time.
/// Only a campaign that a leader itself asked for is exempt, and that leader uses no lease from then on.</para>
/// <para><b>Ticks.</b> Ticks of one turn of the driver may stand for time before the turn's messages arrived, as when
/// the thread was held up. So ticks in the turn in which the leader was heard do not count, and n ticks that do count
/// stand for at least n - 1 tick intervals. Ticks that the driver leaves out make the promise longer.</para>
/// </remarks>
internal sealed partial class RaftNode
{
    private readonly ReadLease _lease;
    private int _ticksSinceLeader;
    private bool _isLeaderHeardInTurn;
    private bool _isPromiseDurable;

    /// <summary>Whether this node leads and may, at the last reading of the clock, answer reads without a
    /// round.</summary>
    public bool HoldsLease => _role == RaftRole.Leader && _lease.Holds(_tracker.Configuration);

    /// <summary>Tells the time. The driver reads its monotonic clock behind the inputs of a turn and in front of the
    /// drain: the reading serves the reads that were handed in before it. Without readings there is no lease.</summary>
    /// <param name="now">The time since a moment that stays the same for the life of the node.</param>
    public void ObserveClock(TimeSpan now) => _lease.ObserveClock(now);

    /// <summary>A read was taken in for a later <see cref="ReadIndex"/>: readings of the clock before this do not serve
    /// it, so the next drain needs a new one.</summary>
    public void ForgetClock() => _lease.ForgetClock();

    /// <summary>Whether this node has promised to vote for nobody. A leader never deposes itself for a candidate.
    /// </summary>
    private bool HasPromised() =>
        _options.CheckQuorum && (_role == RaftRole.Leader || _ticksSinceLeader < _options.ElectionTicks);

    private void BeginPromise()
    {
        // Nothing on disk is a member's first start: it has promised nothing. The only voter has nobody else to elect;
        // but while the configuration that leaves it alone is not committed, whoever proposed it may still lead by its
        // promise.
        bool isAlone = _tracker.IsSingleVoter && _history.LatestIndex <= _log.Commit;
        _isPromiseDurable = _term > 0;
        _ticksSinceLeader = _isPromiseDurable && !isAlone ? 0 : _options.ElectionTicks;
    }

    private void HearLeader()
    {
        _electionElapsed = 0;
        _ticksSinceLeader = 0;
        _isLeaderHeardInTurn = true;
    }

    /// <summary>Lets a tick pass that counts for elections.</summary>
    private void TickSilence()
    {
        if (_isLeaderHeardInTurn)
        {
            return;
        }

        _electionElapsed++;
        if (_ticksSinceLeader < _options.ElectionTicks)
        {
            _ticksSinceLeader++;
        }
    }

    /// <summary>The least that the promise lasts, in microseconds on this member's clock; zero when it is
    /// none.</summary>
    private ulong PromisedMicroseconds() => _options.CheckQuorum && _isPromiseDurable
        ? (ulong)(_options.Promise.Ticks / TimeSpan.TicksPerMicrosecond)
        : 0;

    /// <summary>Begins a round of its own for every broadcast of heartbeats, so that the lease is renewed without
    /// reads.
    /// </summary>
    private ulong BeginLeaseRound()
    {
        ulong round = _rounds.DrawId();
        if (_tracker.Find(_options.Id) is { } self)
        {
            self.ConfirmedRound = round;
            self.PromisedRound = round;
        }

        _lease.RoundSent(round);
        return round;
    }

    private void ConfirmLease(Progress peer, in RaftMessage answer)
    {
        // A member that promises less, because its timeout is shorter or it knows no leases, supports none.
        ulong required = (ulong)(_options.Promise.Ticks / TimeSpan.TicksPerMicrosecond);
        if (_options.UseReadLease && answer.Context > peer.PromisedRound && answer.Context <= _rounds.NewestId
            && answer.Index >= required)
        {
            peer.PromisedRound = answer.Context;
            _lease.RoundConfirmed(_tracker.QuorumPromise(), _tracker.Configuration);
        }
    }

    /// <summary>Answers the reads that wait from the lease, if there is one.</summary>
    /// <returns>Whether it was done.</returns>
    private bool TryReadFromLease()
    {
        if (!_options.UseReadLease || !_lease.CanRead(_tracker.Configuration))
        {
            return false;
        }

        Answer(_rounds.TakeWaiting(_log.Commit));
        return true;
    }
}
