namespace EmbeddedConsensus.Raft;

/// <summary>
/// The ticks that elections are timed by, and the promise not to vote that leader leases rest on (Raft paper, section
/// 5.2; dissertation, section 6.4.1).
/// </summary>
/// <remarks>
/// <para><b>The promise.</b> A member that answers a heartbeat neither votes nor campaigns for
/// <see cref="RaftOptions.ElectionTicks"/> ticks, in any term and whether or not it uses leases itself; the answer
/// states how long that is at least. A member that restarts has forgotten when it last heard a leader, so it waits the
/// same time. Only a campaign that a leader itself asked for is exempt, and that leader uses no lease from then on.
/// </para>
/// <para><b>Ticks.</b> The ticks of one turn of the driver may stand for time before the turn's messages arrived, for
/// example when the thread was held up. So ticks in the turn in which the leader was heard do not count, and n ticks
/// that do count stand for at least n - 1 tick intervals. Ticks that the driver leaves out make the promise longer.
/// </para>
/// </remarks>
internal sealed class ElectionClock(RaftState state, DeterministicRandom random)
{
    private int _elapsed;
    private int _timeout;
    private int _ticksSinceLeader;
    private bool _isLeaderHeardInTurn;
    private bool _isPromiseDurable;

    /// <summary>Whether no leader was heard from for an election timeout.</summary>
    public bool IsTimeoutOver => _elapsed >= _timeout;

    /// <summary>Whether this node has promised not to vote. A leader never deposes itself for a candidate.</summary>
    public bool HasPromised =>
        state.Options.CheckQuorum && (state.IsLeader || _ticksSinceLeader < state.Options.ElectionTicks);

    /// <summary>The minimum duration of the promise, in microseconds on this member's clock; zero when there is no
    /// promise.</summary>
    public ulong PromisedMicroseconds => state.Options.CheckQuorum && _isPromiseDurable
        ? (ulong)(state.Options.Promise.Ticks / TimeSpan.TicksPerMicrosecond)
        : 0;

    /// <summary>Begins a new timeout of random length in [ElectionTicks, 2 × ElectionTicks).</summary>
    public void Restart()
    {
        _elapsed = 0;
        _timeout = state.Options.ElectionTicks + random.NextInt32(state.Options.ElectionTicks);
    }

    /// <summary>Begins the same timeout again.</summary>
    public void Rewind() => _elapsed = 0;

    /// <summary>Makes the promise that this node may have made before it restarted.</summary>
    /// <param name="isAlone">Whether this node is the only voter and known to be.</param>
    public void BeginPromise(bool isAlone)
    {
        // An empty disk is a member's first start: it has promised nothing.
        _isPromiseDurable = state.Term > 0;
        _ticksSinceLeader = _isPromiseDurable && !isAlone ? 0 : state.Options.ElectionTicks;
    }

    /// <summary>Notes that a restart will find a term on disk, and so keep the promise.</summary>
    public void PromiseIsDurable() => _isPromiseDurable = true;

    /// <summary>Notes that the leader was heard from: timeout and promise begin again.</summary>
    public void HearLeader()
    {
        _elapsed = 0;
        _ticksSinceLeader = 0;
        _isLeaderHeardInTurn = true;
    }

    /// <summary>Ends the promise: the leader that it was made to is gone, or has told this node to campaign.</summary>
    public void EndPromise() => _ticksSinceLeader = state.Options.ElectionTicks;

    /// <summary>Lets a tick pass in which no leader was heard from.</summary>
    public void TickSilence()
    {
        if (_isLeaderHeardInTurn)
        {
            return;
        }

        _elapsed++;
        if (_ticksSinceLeader < state.Options.ElectionTicks)
        {
            _ticksSinceLeader++;
        }
    }

    /// <summary>Lets a tick of a leader pass.</summary>
    /// <returns>Whether an election timeout has passed since the last quorum check.</returns>
    public bool TickQuorumCheck()
    {
        if (++_elapsed < state.Options.ElectionTicks)
        {
            return false;
        }

        _elapsed = 0;
        return true;
    }

    /// <summary>Ends the driver's turn: ticks count again.</summary>
    public void EndTurn() => _isLeaderHeardInTurn = false;
}
