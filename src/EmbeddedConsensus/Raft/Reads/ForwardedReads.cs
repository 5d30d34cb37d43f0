namespace EmbeddedConsensus.Raft;

/// <summary>Linearizable reads at a follower, which asks its leader for the read index (dissertation, section 6.4). A
/// request is sent again, under the same id, until it is answered or the leader changes.</summary>
/// <remarks>Requests are not batched here: the driver asks once for all the reads that wait.</remarks>
internal sealed class ForwardedReads(RaftState state, Outbox outbox, ulong firstId)
{
    private readonly List<(ulong Id, ulong RequestId, int Ticks)> _requests = [];
    private ulong _nextId = firstId;

    /// <summary>Asks the leader.</summary>
    /// <param name="requestId">The driver's name for the request.</param>
    /// <returns>False when no leader is known or too many requests wait.</returns>
    public bool TryAdd(ulong requestId)
    {
        if (state.Leader.IsNone || _requests.Count >= state.Options.MaxPendingReads)
        {
            return false;
        }

        ulong id = _nextId++;
        _requests.Add((id, requestId, Ticks: 0));
        Send(id);
        return true;
    }

    /// <summary>Lets a tick pass, and sends requests again that may be lost.</summary>
    public void Tick()
    {
        for (int i = 0; i < _requests.Count; i++)
        {
            (ulong id, ulong requestId, int ticks) = _requests[i];
            ticks++;
            if (ticks >= state.Options.HeartbeatTicks)
            {
                ticks = 0;
                Send(id);
            }

            _requests[i] = (id, requestId, ticks);
        }
    }

    /// <summary>Ends a request; an unknown id changes nothing.</summary>
    /// <param name="message">A <see cref="RaftMessageType.ReadIndexResponse"/>.</param>
    public void StepResponse(in RaftMessage message)
    {
        ulong id = message.Context;
        int position = _requests.FindIndex(request => request.Id == id);
        if (position >= 0)
        {
            outbox.Gathering.ReadResults.Add(
                new ReadIndexResult(_requests[position].RequestId, IsConfirmed: true, message.Index));
            _requests.RemoveAt(position);
        }
    }

    /// <summary>Ends everything without confirmation: the leader has changed.</summary>
    public void FailAll()
    {
        foreach ((_, ulong requestId, _) in _requests)
        {
            outbox.Gathering.ReadResults.Add(new ReadIndexResult(requestId, IsConfirmed: false, Index: 0));
        }

        _requests.Clear();
    }

    private void Send(ulong id) =>
        outbox.Send(state.MessageTo(state.Leader, RaftMessageType.ReadIndex) with { Term = 0, Context = id });
}
