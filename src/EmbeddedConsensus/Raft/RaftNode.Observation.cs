namespace EmbeddedConsensus.Raft;

/// <summary>What a driver looks at behind every turn, without the cost of a <see cref="RaftStatus"/>.</summary>
internal sealed partial class RaftNode
{
    /// <summary>The last index in the log.</summary>
    public ulong LastIndex => _log.LastIndex;

    /// <summary>The last index that the state machine has applied.</summary>
    public ulong AppliedIndex => _log.Applied;

    /// <summary>Whether a peer is being sent a snapshot.</summary>
    public bool IsSendingSnapshot
    {
        get
        {
            if (_role != RaftRole.Leader)
            {
                return false;
            }

            foreach (Progress peer in _tracker.All)
            {
                if (peer.Transfer is not null)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
