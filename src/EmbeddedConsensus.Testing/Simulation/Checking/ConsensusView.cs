namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>The part of a replica's state that the checks read.</summary>
internal readonly record struct ConsensusView(
    MemberId Id, bool IsLeader, ulong Term, ulong Commit, ulong Applied, ulong ConfigurationIndex,
    ulong CommittedConfigurationIndex);
