namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>The end of a replay, where the log continues.</summary>
/// <param name="Sequence">The number of the last record.</param>
/// <param name="Checksum">Its checksum, which the next record chains to.</param>
/// <param name="Incarnation">The incarnation that wrote it; zero for an empty log.</param>
/// <param name="Begin">The start of the log on disk.</param>
/// <param name="DataEnd">The end of the last record.</param>
/// <param name="Tail">The address of the next record: the start of a page.</param>
internal readonly record struct ReplayEnd(
    ulong Sequence, uint Checksum, ulong Incarnation, long Begin, long DataEnd, long Tail);
