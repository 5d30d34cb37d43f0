namespace EmbeddedConsensus.Raft;

/// <summary>Gathers the effects that inputs cause until the driver drains them.</summary>
internal sealed class Outbox(RaftState state)
{
    private RaftEffects _gathering = new();
    private RaftEffects _drained = new();
    private ulong _lastReadId;

    /// <summary>The effects since the last drain.</summary>
    public RaftEffects Gathering => _gathering;

    /// <summary>The effects that the driver takes over.</summary>
    public RaftEffects Drained => _drained;

    /// <summary>Hands what was gathered to the driver. What the driver had is empty by then.</summary>
    public void Drain() => (_drained, _gathering) = (_gathering, _drained);

    /// <summary>Names a read of the log or of a snapshot; no id is used twice.</summary>
    public ulong NextReadId() => ++_lastReadId;

    /// <summary>Sends a message with the next drain, without waiting for the disk.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="InvariantViolationException">Election Safety: it is one that only a leader sends, and this node
    /// does not lead.</exception>
    public void Send(in RaftMessage message)
    {
        if (message.Type.IsFromLeader() && !state.IsLeader)
        {
            throw new InvariantViolationException(
                $"Election Safety: a {message.Type} of term {state.Term} would leave a member that does not lead.");
        }

        _gathering.Messages.Add(message);
    }
}
