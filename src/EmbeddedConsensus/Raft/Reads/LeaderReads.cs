namespace EmbeddedConsensus.Raft;

/// <summary>Linearizable reads at the leader (dissertation, section 6.4): by a round of heartbeats that all waiting
/// reads share, or by the lease (section 6.4.1).</summary>
internal sealed class LeaderReads(RaftState state, Outbox outbox, ReadLease lease, Heartbeats heartbeats)
{
    private readonly ReadRounds _rounds = new(state.Options.MaxPendingReads);

    // A member in doubt asks whether this one leads; its vote must not hang on a clock.
    private bool _needsRound;

    /// <summary>Takes a request of this node.</summary>
    /// <param name="requestId">The driver's name for the request.</param>
    /// <returns>False when too many requests wait.</returns>
    public bool TryAdd(ulong requestId) => _rounds.TryAdd(state.Id, requestId);

    /// <summary>Handles the request of another member. A member that asks one that does not lead retries when it sees
    /// the leader change, so it gets no answer.</summary>
    /// <param name="message">A <see cref="RaftMessageType.ReadIndex"/>.</param>
    public void StepRequest(in RaftMessage message)
    {
        if (state.IsLeader && state.Tracker.Find(message.From) is not null)
        {
            _rounds.TryAdd(message.From, message.Context);
            _needsRound |= message.Reject;
        }
    }

    /// <summary>Answers the reads that wait from the lease, or begins a round for them. Before the leader has committed
    /// an entry of its own term its commit index may lag what the leader before it had acknowledged, so they wait until
    /// then.</summary>
    public void Begin()
    {
        if (!_rounds.HasWaiting || state.TermOf(state.Log.Commit) != state.Term || TryReadFromLease()
            || !_rounds.CanBegin)
        {
            return;
        }

        _needsRound = false;
        _rounds.Begin(state.Log.Commit);
        if (state.Self is { } self)
        {
            self.ConfirmedRound = _rounds.NewestId;
        }

        if (state.Tracker.IsSingleVoter)
        {
            EndConfirmedRounds();
        }
        else
        {
            heartbeats.Send(RoundOfHeartbeat());
        }
    }

    /// <summary>The round that heartbeats name. With leases every broadcast begins one of its own, so that the lease is
    /// renewed without reads.</summary>
    public ulong RoundOfHeartbeat() => state.Options.UseReadLease ? BeginLeaseRound() : _rounds.OpenRound;

    /// <summary>Handles the answer to a heartbeat.</summary>
    /// <param name="peer">The sender.</param>
    /// <param name="message">A <see cref="RaftMessageType.HeartbeatResponse"/> of the current term.</param>
    public void StepHeartbeatResponse(Progress peer, in RaftMessage message)
    {
        ConfirmRounds(peer, message.Context);
        ConfirmLease(peer, message);
    }

    /// <summary>Answers the reads of the rounds that a quorum has confirmed.</summary>
    public void EndConfirmedRounds()
    {
        ulong confirmed = state.Tracker.QuorumRound();
        while (_rounds.TakeConfirmed(confirmed) is { } round)
        {
            Answer(round);
        }
    }

    /// <summary>Fails all reads and ends the lease: leadership begins or ends.</summary>
    public void FailAll()
    {
        _rounds.FailAll(state.Id, outbox.Gathering.ReadResults);
        lease.Reset();
    }

    private void ConfirmRounds(Progress peer, ulong round)
    {
        if (round > peer.ConfirmedRound && round <= _rounds.NewestId)
        {
            peer.ConfirmedRound = round;
            EndConfirmedRounds();
        }
    }

    private ulong BeginLeaseRound()
    {
        ulong round = _rounds.DrawId();
        if (state.Self is { } self)
        {
            self.ConfirmedRound = round;
            self.PromisedRound = round;
        }

        lease.RoundSent(round);
        return round;
    }

    private void ConfirmLease(Progress peer, in RaftMessage answer)
    {
        // A member that promises less, because its timeout is shorter or it knows no leases, supports none.
        ulong required = (ulong)(state.Options.Promise.Ticks / TimeSpan.TicksPerMicrosecond);
        if (state.Options.UseReadLease && answer.Context > peer.PromisedRound && answer.Context <= _rounds.NewestId
            && answer.Index >= required)
        {
            peer.PromisedRound = answer.Context;
            lease.RoundConfirmed(state.Tracker.QuorumPromise(), state.Tracker.Configuration);
        }
    }

    private bool TryReadFromLease()
    {
        if (!state.Options.UseReadLease || _needsRound || !lease.CanRead(state.Tracker.Configuration))
        {
            return false;
        }

        Answer(_rounds.TakeWaiting(state.Log.Commit));
        return true;
    }

    private void Answer(ReadRounds.Round round)
    {
        foreach ((MemberId from, ulong id) in round.Requests)
        {
            if (from == state.Id)
            {
                outbox.Gathering.ReadResults.Add(new ReadIndexResult(id, IsConfirmed: true, round.Index));
                continue;
            }

            outbox.Send(state.MessageTo(from, RaftMessageType.ReadIndexResponse) with
            {
                Term = 0, Index = round.Index, LogTerm = state.Log.TermAt(round.Index) ?? 0, Context = id,
            });
        }

        _rounds.Recycle(round);
    }
}
