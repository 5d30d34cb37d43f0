namespace EmbeddedConsensus.Raft;

/// <summary>The heartbeats of a leader, on the clock and for reads (Raft paper, section 5.2).</summary>
internal sealed class Heartbeats(RaftState state, Outbox outbox)
{
    private int _elapsed;

    /// <summary>Begins the interval again.</summary>
    public void Restart() => _elapsed = 0;

    /// <summary>Lets a tick pass.</summary>
    /// <returns>Whether heartbeats are due.</returns>
    public bool Tick()
    {
        if (++_elapsed < state.Options.HeartbeatTicks)
        {
            return false;
        }

        _elapsed = 0;
        return true;
    }

    /// <summary>Sends one to every peer, whatever else is on its way there: a snapshot must not hold them up.</summary>
    /// <param name="round">The read round that the answers confirm; zero for none.</param>
    public void Send(ulong round)
    {
        foreach (Progress peer in state.Tracker.All)
        {
            if (peer.Id != state.Id)
            {
                // Never beyond what the peer is known to hold: the rest of its log may still be another's.
                outbox.Send(state.MessageTo(peer.Id, RaftMessageType.Heartbeat) with
                {
                    Commit = Math.Min(peer.Match, state.Log.Commit), Context = round,
                });
            }
        }
    }
}
