using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>What decides on quorums in a turn.</summary>
/// <param name="Before">The configuration that the replica began the turn with.</param>
/// <param name="Now">The one that it ended it with.</param>
/// <param name="Holds">Whether the disk of a member holds an entry.</param>
internal readonly record struct QuorumView(
    ClusterConfiguration Before, ClusterConfiguration Now, Func<MemberId, LogPosition, bool> Holds)
{
    /// <summary>Whether a set of members was a quorum at some time of the turn.</summary>
    public bool IsQuorum(Func<MemberId, bool> isIn) =>
        ConfigurationRules.IsQuorum(Before, isIn) || ConfigurationRules.IsQuorum(Now, isIn);
}
