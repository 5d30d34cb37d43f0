namespace EmbeddedConsensus.Diagnostics;

/// <summary>How far a member is behind its leader.</summary>
/// <param name="Peer">The member.</param>
/// <param name="Entries">The log entries that it is not known to have durably.</param>
internal readonly record struct PeerLag(MemberId Peer, long Entries);
