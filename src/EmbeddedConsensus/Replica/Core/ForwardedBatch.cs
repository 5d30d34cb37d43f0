namespace EmbeddedConsensus.Replica.Core;

/// <summary>Proposals that went to the leader as one message.</summary>
/// <param name="First">Its first sequence number, by which the leader names the batch when it refuses it.</param>
/// <param name="End">The sequence number after its last.</param>
/// <param name="Bytes">Its size as entries of the log.</param>
internal readonly record struct ForwardedBatch(ulong First, ulong End, long Bytes);
