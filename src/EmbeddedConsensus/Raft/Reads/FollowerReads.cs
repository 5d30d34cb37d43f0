namespace EmbeddedConsensus.Raft;

/// <summary>Linearizable reads at a follower, which asks its leader for the read index (dissertation, section 6.4).
/// </summary>
internal sealed class FollowerReads(RaftState state, Outbox outbox, ForwardedReads forwarded)
{
    private readonly List<ulong> _due = [];

    /// <summary>Sends what waits.</summary>
    public void Send()
    {
        while (!state.Leader.IsNone && forwarded.TryBegin(out ulong id))
        {
            Send(id);
        }
    }

    /// <summary>Lets a tick pass, and sends requests again that may be lost.</summary>
    public void Tick()
    {
        _due.Clear();
        forwarded.Tick(state.Options.HeartbeatTicks, _due);
        foreach (ulong id in _due)
        {
            Send(id);
        }
    }

    private void Send(ulong id) =>
        outbox.Send(state.MessageTo(state.Leader, RaftMessageType.ReadIndex) with { Term = 0, Context = id });
}
