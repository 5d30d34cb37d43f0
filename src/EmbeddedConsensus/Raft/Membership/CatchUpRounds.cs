namespace EmbeddedConsensus.Raft;

/// <summary>
/// Measures whether a member keeps up with the leader, by rounds (dissertation, section 4.2.1): a round is the time
/// that the member needs to get what the log held when the round began. A member is caught up when its last round took
/// less than an election timeout and the round it is in has not yet taken more: as a voter it would hold up a commit
/// for no longer than the cluster waits for a leader anyway.
/// </summary>
/// <remarks>Rounds are used rather than a share of the leader's index, as etcd does: 90 % of a log of ten million
/// entries lacks a million entries, and in a log of three it is not even the last one. The dissertation lets a
/// member try for ten rounds and then gives up; here rounds go on until the member is promoted or removed, and the
/// answer is always that of the newest.</remarks>
internal struct CatchUpRounds
{
    private ulong _target;
    private ulong _began;
    private bool _isRunning;
    private bool _wasLastInTime;

    /// <summary>Records how far the member is; called with every tick.</summary>
    /// <param name="now">The tick.</param>
    /// <param name="match">What the member is known to hold durably.</param>
    /// <param name="lastIndex">The end of the leader's log.</param>
    /// <param name="timeout">The election timeout, in ticks.</param>
    public void Observe(ulong now, ulong match, ulong lastIndex, int timeout)
    {
        if (_isRunning && match >= _target)
        {
            _wasLastInTime = now - _began <= (ulong)timeout;
            _isRunning = false;
        }
        else if (_isRunning && now - _began > (ulong)timeout)
        {
            _wasLastInTime = false;
        }

        if (!_isRunning)
        {
            _target = lastIndex;
            _began = now;
            _isRunning = true;
        }
    }

    /// <summary>Whether the member keeps up.</summary>
    public readonly bool IsCaughtUp => _wasLastInTime;
}
