namespace EmbeddedConsensus.Raft;

/// <summary>Forget a prefix of the log on disk: after the append of the same drain and before those of later drains.
/// </summary>
/// <param name="Through">The last entry to forget. Beyond the end of the log (a snapshot was installed) the whole log
/// goes, and continues after this position.</param>
internal readonly record struct LogDropEffect(LogPosition Through);
