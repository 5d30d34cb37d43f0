namespace EmbeddedConsensus.Watches;

/// <summary>Where a watch continues in the history: everything before this change was delivered.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="SubRevision">The change within the revision, from 0; above 0 only while a revision that is too large
/// for one piece is being delivered.</param>
internal readonly record struct WatchPosition(long Revision, int SubRevision = 0);
