namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>Where a replay ended, and where the log goes on.</summary>
/// <param name="Sequence">The number of the last record.</param>
/// <param name="Checksum">Its checksum, which the next record continues.</param>
/// <param name="Begin">Where the log begins on disk.</param>
/// <param name="Tail">Where the next record goes: the start of a page.</param>
internal readonly record struct LogEnd(ulong Sequence, uint Checksum, long Begin, long Tail);
