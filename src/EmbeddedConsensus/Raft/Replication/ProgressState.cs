namespace EmbeddedConsensus.Raft;

/// <summary>How a leader sends entries to a peer.</summary>
internal enum ProgressState : byte
{
    /// <summary>Where the logs agree is not known: one message at a time, until an answer shows it.</summary>
    Probe = 0,

    /// <summary>The logs agree: entries are sent ahead of the answers, within a window.</summary>
    Replicate = 1,

    /// <summary>The peer needs what was compacted away: a snapshot is being sent.</summary>
    Snapshot = 2,
}
