using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>Check Quorum: a leader that hears from no majority steps down within two election timeouts of its own
/// clock, so that its callers do not wait for it and no follower follows it (dissertation, section 6.2).</summary>
/// <param name="electionTicks">The election timeout, in ticks.</param>
internal sealed class QuorumContact(int electionTicks)
{
    private readonly Dictionary<MemberId, long> _answers = [];
    private long _ticks;
    private long _since;
    private bool _isLeader;
    private ulong _term;
    private ulong _configurationIndex;

    /// <summary>A message is about to be handled.</summary>
    public void Receive(RaftNode node, in RaftMessage message)
    {
        bool isAnswer = message.Type is RaftMessageType.AppendResponse or RaftMessageType.HeartbeatResponse
            or RaftMessageType.SnapshotChunkResponse;
        if (isAnswer && message.Term == node.Term)
        {
            _answers[message.From] = _ticks;
        }
    }

    /// <summary>A tick has passed.</summary>
    /// <param name="self">The owner of the node.</param>
    /// <param name="node">The node.</param>
    public void Tick(MemberId self, RaftNode node)
    {
        _ticks++;
        bool isLeader = node.Role == RaftRole.Leader;
        if (isLeader != _isLeader || node.Term != _term || node.ConfigurationIndex != _configurationIndex)
        {
            // The quorum has changed, or the replica has just become leader.
            (_isLeader, _term, _configurationIndex) = (isLeader, node.Term, node.ConfigurationIndex);
            _since = _ticks;
        }

        if (!isLeader || _ticks - _since < 2 * electionTicks)
        {
            return;
        }

        bool hears = ConfigurationRules.IsQuorum(node.Configuration, member =>
            member == self || _ticks - _answers.GetValueOrDefault(member) < 2 * electionTicks);
        if (!hears)
        {
            throw new SimulationFailedException("Check Quorum",
                $"Replica {self} leads in term {node.Term}, and has heard from no majority of "
                + $"{ConfigurationRules.Text(node.Configuration)} for {2 * electionTicks} ticks.");
        }
    }
}
