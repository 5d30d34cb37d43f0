namespace EmbeddedConsensus.Raft;

/// <summary>What a node knows of a member: its vote in a campaign and, while the node leads, how far the member's log
/// goes and how entries are sent to it.</summary>
internal sealed class Progress(MemberId id, int maxInflightMessages, long maxInflightBytes)
{
    private CatchUpRounds _catchUp;

    /// <summary>The member.</summary>
    public MemberId Id { get; } = id;

    /// <summary>Whether the member has no vote.</summary>
    public bool IsLearner { get; set; }

    /// <summary>How entries are sent.</summary>
    public ProgressState State { get; private set; }

    /// <summary>The last index known to be durable there.</summary>
    public ulong Match { get; private set; }

    /// <summary>The first life of the member whose acknowledgements count: it lost what it acknowledged before. Zero
    /// when all count.</summary>
    public ulong CountsFromLife { get; private set; }

    /// <summary>The next index to send.</summary>
    public ulong Next { get; private set; } = 1;

    /// <summary>The highest commit index that appends have reported to the member.</summary>
    public ulong SentCommit { get; private set; }

    /// <summary>While probing: whether a probe is on its way, so that the next one waits.</summary>
    public bool IsProbePaused { get; set; }

    /// <summary>Whether the member was heard from since the last quorum check.</summary>
    public bool IsActive { get; set; }

    /// <summary>The tick after the one in which the member was last heard from; zero when it never was in this term.
    /// </summary>
    public ulong HeardTick { get; set; }

    /// <summary>The newest format that the member said it reads; zero while that is not known.</summary>
    public uint FormatVersion { get; set; }

    /// <summary>While the member is a learner: whether it keeps up.</summary>
    public ref CatchUpRounds CatchUp => ref _catchUp;

    /// <summary>The end of the log when the member was given a snapshot last: until it has got there, the log that it
    /// needs for that is spared from compaction. Zero when it was given none in this term.</summary>
    public ulong CatchUpTarget { get; set; }

    /// <summary>Set when the member has left the configuration; null for one that is in it.</summary>
    public Departure? Departure { get; set; }

    /// <summary>The newest read round that the member has confirmed.</summary>
    public ulong ConfirmedRound { get; set; }

    /// <summary>The newest round in answer to which the member promised not to vote.</summary>
    public ulong PromisedRound { get; set; }

    /// <summary>The member's answer in the current campaign.</summary>
    public VoteState Vote { get; set; }

    /// <summary>The read of old entries that is under way for the member; zero when there is none.</summary>
    public ulong PendingLogRead { get; set; }

    /// <summary>The snapshot that is being sent; null unless <see cref="State"/> says so.</summary>
    public SnapshotTransfer? Transfer { get; private set; }

    /// <summary>The search for lost acknowledgements.</summary>
    public WindowCheck WindowCheck { get; private set; }

    /// <summary>The appends on their way.</summary>
    public Inflights Inflights { get; } = new(maxInflightMessages, maxInflightBytes);

    /// <summary>Whether nothing may be sent now.</summary>
    public bool IsPaused => State switch
    {
        ProgressState.Probe => IsProbePaused,
        ProgressState.Replicate => Inflights.IsFull || PendingLogRead != 0,
        _ => true,
    };

    /// <summary>Forgets everything: a new term began.</summary>
    /// <param name="next">The next index to send.</param>
    /// <param name="match">What is known to be durable there: zero for all but the node itself.</param>
    public void Reset(ulong next, ulong match)
    {
        Match = match;
        CountsFromLife = 0;
        Next = next;
        SentCommit = 0;
        IsActive = false;
        HeardTick = 0;
        FormatVersion = 0;
        CatchUpTarget = 0;
        _catchUp = default;
        ConfirmedRound = 0;
        PromisedRound = 0;
        Vote = VoteState.Pending;
        WindowCheck = WindowCheck.None;
        Enter(ProgressState.Probe);
    }

    /// <summary>Forgets what the member acknowledged before a life, and what of that may still arrive. A second time,
    /// and for an earlier life, it does nothing.</summary>
    /// <param name="life">The life.</param>
    /// <param name="next">The next index to send.</param>
    public void ForgetEarlierLives(ulong life, ulong next)
    {
        if (life > CountsFromLife)
        {
            CountsFromLife = life;
            Match = 0;
            BecomeProbe(next);
        }
    }

    /// <summary>Sends one message at a time from now on.</summary>
    /// <param name="next">The next index to send; at least match + 1.</param>
    public void BecomeProbe(ulong next)
    {
        Next = Math.Max(next, Match + 1);
        SentCommit = Math.Min(SentCommit, Next - 1);
        Enter(ProgressState.Probe);
    }

    /// <summary>Sends ahead of the answers from now on.</summary>
    public void BecomeReplicate()
    {
        Next = Match + 1;
        Enter(ProgressState.Replicate);
    }

    /// <summary>Sends a snapshot from now on.</summary>
    /// <param name="transfer">The transfer.</param>
    public void BecomeSnapshot(SnapshotTransfer transfer)
    {
        Enter(ProgressState.Snapshot);
        Transfer = transfer;
    }

    /// <summary>Records that messages to the member may have been lost: what is on its way no longer counts.</summary>
    public void BecomeUnreachable()
    {
        if (State == ProgressState.Replicate)
        {
            BecomeProbe(Match + 1);

            // The answer to a heartbeat shows that it is back; probing before that would only be lost again.
            IsProbePaused = true;
        }
        else if (Transfer is { } transfer)
        {
            transfer.IsAsking = true;
        }
    }

    /// <summary>Records an acknowledgement.</summary>
    /// <param name="index">The index that is durable there.</param>
    /// <returns>Whether it is news.</returns>
    public bool Acknowledge(ulong index)
    {
        if (index <= Match)
        {
            return false;
        }

        Match = index;
        if (Next <= index)
        {
            // It holds more than was sent to it since the last probe; a read of what it has would come too late.
            Next = index + 1;
            PendingLogRead = 0;
        }

        return true;
    }

    /// <summary>Records a rejected append.</summary>
    /// <param name="rejected">The index before the entries that were rejected.</param>
    /// <param name="agreement">Where the logs may agree at the latest.</param>
    /// <returns>Whether it is news; a delayed rejection is not.</returns>
    public bool Reject(ulong rejected, ulong agreement)
    {
        if (State == ProgressState.Replicate)
        {
            if (rejected <= Match)
            {
                return false;
            }

            BecomeProbe(Match + 1);
            return true;
        }

        if (State == ProgressState.Snapshot || Next - 1 != rejected)
        {
            return false;
        }

        Next = Math.Max(Math.Min(rejected, agreement + 1), Match + 1);
        IsProbePaused = false;
        return true;
    }

    /// <summary>Records an append that is being sent.</summary>
    /// <param name="count">Its entries.</param>
    /// <param name="bytes">Their size.</param>
    /// <param name="commit">The commit index that it reports.</param>
    public void Sent(int count, long bytes, ulong commit)
    {
        if (State == ProgressState.Probe)
        {
            IsProbePaused = true;
        }
        else if (count > 0)
        {
            Next += (ulong)count;
            Inflights.Add(Next - 1, bytes);
        }

        SentCommit = Math.Max(SentCommit, Math.Min(commit, Next - 1));
        EndWindowCheck();
    }

    /// <summary>Records that a heartbeat was sent on the clock: its answer begins a window check.</summary>
    public void HeartbeatSent()
    {
        if (WindowCheck == WindowCheck.None)
        {
            WindowCheck = WindowCheck.Armed;
        }
    }

    /// <summary>Records that the member answered a heartbeat: it is there, so a paused probe goes out again, and if
    /// acknowledgements are outstanding an empty append looks for them.</summary>
    public void HeartbeatAnswered()
    {
        IsProbePaused = false;
        if (WindowCheck == WindowCheck.Armed)
        {
            WindowCheck = State == ProgressState.Replicate && Match + 1 < Next ? WindowCheck.Due : WindowCheck.None;
        }
    }

    private void EndWindowCheck()
    {
        if (WindowCheck == WindowCheck.Due)
        {
            WindowCheck = WindowCheck.None;
        }
    }

    private void Enter(ProgressState state)
    {
        State = state;
        IsProbePaused = false;
        EndWindowCheck();
        PendingLogRead = 0;
        Transfer = null;
        Inflights.Clear();
    }
}
