namespace EmbeddedConsensus.Raft;

/// <summary>Linearizable reads by read index (dissertation, section 6.4).</summary>
internal sealed partial class RaftNode
{
    private readonly List<ulong> _dueBatches = [];

    /// <summary>Asks for a read index. The request ends in exactly one <see cref="ReadIndexResult"/>; messages that get
    /// lost on the way are sent again.</summary>
    /// <param name="requestId">The caller's name for the request; in use for no other request that is open.</param>
    public void ReadIndex(ulong requestId)
    {
        bool isAccepted = _role == RaftRole.Leader
            ? _rounds.TryAdd(requestId)
            : !_leader.IsNone && _forwards.TryAdd(requestId);
        if (!isAccepted)
        {
            _gathering.ReadResults.Add(new ReadIndexResult(requestId, IsConfirmed: false, Index: 0));
        }
    }

    private void StepReadIndex(in RaftMessage message)
    {
        // Whoever asks a member that does not lead finds out by the change of leader.
        if (_role == RaftRole.Leader && _tracker.Find(message.From) is not null)
        {
            _rounds.AddRemote(message.From, message.Context);
        }
    }

    /// <summary>Begins a round for the reads that wait. Before the leader has committed an entry of its own term its
    /// commit index may be behind what the leader before it had acknowledged, so they wait until then.</summary>
    private void BeginReadRounds()
    {
        if (!_rounds.HasWaiting || TermOf(_log.Commit) != _term || TryReadFromLease() || !_rounds.CanBegin)
        {
            return;
        }

        _rounds.Begin(_log.Commit);
        if (_tracker.Find(_options.Id) is { } self)
        {
            self.ConfirmedRound = _rounds.NewestId;
        }

        if (_tracker.IsSingleVoter)
        {
            EndConfirmedRounds();
        }
        else
        {
            SendHeartbeats();
        }
    }

    private void ConfirmRounds(Progress peer, ulong round)
    {
        if (round > peer.ConfirmedRound && round <= _rounds.NewestId)
        {
            peer.ConfirmedRound = round;
            EndConfirmedRounds();
        }
    }

    private void EndConfirmedRounds()
    {
        ulong confirmed = _tracker.QuorumRound();
        while (_rounds.TakeConfirmed(confirmed) is { } round)
        {
            Answer(round);
        }
    }

    private void Answer(ReadRounds.Round round)
    {
        foreach (ulong requestId in round.Local)
        {
            _gathering.ReadResults.Add(new ReadIndexResult(requestId, IsConfirmed: true, round.Index));
        }

        foreach ((MemberId from, ulong context) in round.Remote)
        {
            Send(To(from, RaftMessageType.ReadIndexResponse) with
            {
                Term = 0, Index = round.Index, Context = context,
            });
        }

        _rounds.Recycle(round);
    }

    private void ForwardReads()
    {
        while (!_leader.IsNone && _forwards.TryBegin(out ulong id))
        {
            SendRead(id);
        }
    }

    private void SendReadsAgain()
    {
        _dueBatches.Clear();
        _forwards.Tick(_options.HeartbeatTicks, _dueBatches);
        foreach (ulong id in _dueBatches)
        {
            SendRead(id);
        }
    }

    private void SendRead(ulong id) =>
        Send(To(_leader, RaftMessageType.ReadIndex) with { Term = 0, Context = id });
}
