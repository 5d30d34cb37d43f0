namespace EmbeddedConsensus.Raft;

/// <summary>What the configuration knows of one member.</summary>
/// <param name="Id">The member.</param>
/// <param name="Address">Where the transport of the others finds it, at most 1,024 bytes of UTF-8.</param>
/// <param name="HasStarted">Whether the member has held the configuration durably: from then on an empty disk under its
/// id is a lost one.</param>
/// <param name="FormatVersion">The newest format of commands and messages that the member reads; zero while it is not
/// known. The cluster works at the lowest version among its members.</param>
internal sealed record ClusterMember(MemberId Id, string Address, bool HasStarted = false, uint FormatVersion = 0);
