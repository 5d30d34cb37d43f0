namespace EmbeddedConsensus.Replica.Core;

/// <summary>Proposals that went to the leader as one message.</summary>
/// <param name="First">The sequence number that it began with, by which the leader names it when it refuses it.</param>
/// <param name="End">The sequence number behind its last.</param>
/// <param name="Bytes">Its size as entries of the log.</param>
internal record struct ForwardedBatch(ulong First, ulong End, long Bytes)
{
    /// <summary>The lowest of its sequence numbers that is not applied.</summary>
    public ulong Lowest { get; set; } = First;

    /// <summary>Whether it did not get into the leader's log, as far as is known: it has to be sent again.</summary>
    public bool IsLost { get; set; }
}
