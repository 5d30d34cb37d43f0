namespace EmbeddedConsensus.Raft;

/// <summary>Read durable entries that a lagging peer needs and that are no longer in memory. It ends in one call of
/// <see cref="RaftNode.LogReadCompleted"/>; reads may complete in any order. The log may be
/// compacted, or its end be replaced, before the read is done: if the storage no longer has the range, report it as
/// gone.</summary>
/// <param name="Id">Names the read.</param>
/// <param name="Peer">The peer that needs them, in case the driver serves peers separately.</param>
/// <param name="FirstIndex">The first index wanted.</param>
/// <param name="LastIndex">The last index wanted.</param>
/// <param name="MaxBytes">Stop before the sum of the sizes exceeds this; one entry is always read.</param>
internal readonly record struct LogReadEffect(
    ulong Id, MemberId Peer, ulong FirstIndex, ulong LastIndex, long MaxBytes);
