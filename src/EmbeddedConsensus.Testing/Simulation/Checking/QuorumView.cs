using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>The configurations and disks that decide quorums in a turn.</summary>
/// <param name="Before">The configuration at the start of the turn.</param>
/// <param name="Now">The configuration at its end.</param>
/// <param name="Holds">Whether a member's disk holds an entry.</param>
internal readonly record struct QuorumView(
    ClusterConfiguration Before, ClusterConfiguration Now, Func<MemberId, LogPosition, bool> Holds)
{
    /// <summary>Whether a set of members was a quorum at any time during the turn.</summary>
    public bool IsQuorum(Func<MemberId, bool> isIn) =>
        ConfigurationRules.IsQuorum(Before, isIn) || ConfigurationRules.IsQuorum(Now, isIn);
}
