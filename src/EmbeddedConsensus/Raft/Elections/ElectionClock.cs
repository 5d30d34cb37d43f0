namespace EmbeddedConsensus.Raft;

/// <summary>
/// The ticks that elections are timed by, and the promise not to vote that leader leases rest on (Raft paper, section
/// 5.2; dissertation, section 6.4.1).
/// </summary>
/// <remarks>
/// <para><b>The promise.</b> A member that answers a heartbeat neither votes nor campaigns for
/// <see cref="RaftOptions.ElectionTicks"/> ticks, in any term and whether or not it uses leases itself; the answer
/// states how long that is at least. A member that restarts has forgotten when it last heard a leader, and may come
/// with a shorter election timeout. So the longest promise that may still run is part of the hard state
/// (<see cref="HardState.PromisedMicroseconds"/>), is durable before an answer states it, and is kept from the start
/// on. It is written with the first term, and when a longer election timeout makes it grow. Only a campaign that a
/// leader itself asked for is exempt, and that leader uses no lease from then on.</para>
/// <para><b>Ticks.</b> The ticks of one turn of the driver may stand for time before the turn's messages arrived, for
/// example when the thread was held up. So ticks in the turn in which the leader was heard do not count, and n ticks
/// that do count stand for at least n - 1 tick intervals. Ticks that the driver leaves out make the promise longer.
/// </para>
/// </remarks>
internal sealed class ElectionClock(RaftState state, DeterministicRandom random)
{
    private int _elapsed;
    private int _timeout;
    private int _promisedTicks;
    private bool _isLeaderHeardInTurn;

    /// <summary>Whether no leader was heard from for an election timeout, and nothing is promised.</summary>
    public bool IsTimeoutOver => _elapsed >= _timeout && _promisedTicks == 0;

    /// <summary>Whether this node has promised not to vote. A leader never deposes itself for a candidate.</summary>
    public bool HasPromised => state.IsLeader ? state.Options.CheckQuorum : _promisedTicks > 0;

    private ulong OwnMicroseconds =>
        state.Options.CheckQuorum ? (ulong)(state.Options.Promise.Ticks / TimeSpan.TicksPerMicrosecond) : 0;

    /// <summary>The promise to state in the answer to a heartbeat: its minimum duration in microseconds on this
    /// member's clock; zero when there is none, or when a restart would not keep it yet.</summary>
    /// <param name="durable">The promise that a restart would keep.</param>
    public ulong Promise(ulong durable) => durable >= OwnMicroseconds ? OwnMicroseconds : 0;

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
        int recovered = RecoveredTicks();
        state.PromisedMicroseconds = Math.Max(state.PromisedMicroseconds, OwnMicroseconds);
        if (isAlone)
        {
            return;
        }

        // An empty disk is a member's first start: it has heard no leader. Any other member may have, and must not help
        // to depose a leader that lives; that it promised one not to lasts as long as its disk says.
        bool mayHaveHeard = state.Term > 0 && state.Options.CheckQuorum;
        _promisedTicks = Math.Max(mayHaveHeard ? state.Options.ElectionTicks : 0, recovered);
    }

    /// <summary>Notes that the leader was heard from: timeout and promise begin again.</summary>
    public void HearLeader()
    {
        _elapsed = 0;
        _isLeaderHeardInTurn = true;
        if (state.Options.CheckQuorum)
        {
            // What was promised before a restart may last longer.
            _promisedTicks = Math.Max(_promisedTicks, state.Options.ElectionTicks);
        }
    }

    /// <summary>Ends the promise: the leader that it was made to is gone, or has told this node to campaign.</summary>
    public void EndPromise() => _promisedTicks = 0;

    /// <summary>Lets a tick pass in which no leader was heard from.</summary>
    public void TickSilence()
    {
        if (_isLeaderHeardInTurn)
        {
            return;
        }

        _elapsed++;
        if (_promisedTicks > 0)
        {
            _promisedTicks--;
        }

        if (_promisedTicks < state.Options.ElectionTicks)
        {
            // What is left of a longer promise that was made before a restart is covered by this member's own.
            state.PromisedMicroseconds = Math.Min(state.PromisedMicroseconds, OwnMicroseconds);
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

    /// <summary>The ticks that stand for at least what the disk says was promised.</summary>
    private int RecoveredTicks()
    {
        if (state.PromisedMicroseconds == 0)
        {
            return 0;
        }

        ulong tick = (ulong)(state.Options.TickInterval.Ticks / TimeSpan.TicksPerMicrosecond);
        if (tick == 0)
        {
            throw new ArgumentException(
                "RaftOptions.TickInterval is less than a microsecond; the member has promised a leader to wait for "
                + $"{state.PromisedMicroseconds} us and cannot count them. Set the length of a tick.");
        }

        return (int)Math.Min(int.MaxValue, ((state.PromisedMicroseconds + tick - 1) / tick) + 1);
    }
}
