namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>What the checks look at in a replica.</summary>
internal readonly record struct ConsensusView(
    MemberId Id, bool IsLeader, ulong Term, ulong Commit, ulong Applied, ulong ConfigurationIndex,
    ulong CommittedConfigurationIndex);
