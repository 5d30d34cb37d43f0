namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>What was written during a run, according to the writers.</summary>
/// <param name="FirstRevision">The revision of the first write.</param>
/// <param name="LastRevision">The revision of the last write, which deleted the pulse key.</param>
/// <param name="Files">The files.</param>
/// <param name="Transactions">The number of transactions that wrote them.</param>
/// <param name="PulseRevisions">The revisions of the pulse key.</param>
internal sealed record WrittenData(
    long FirstRevision,
    long LastRevision,
    IReadOnlyList<ImportedFile> Files,
    long Transactions,
    IReadOnlyList<long> PulseRevisions)
{
    /// <summary>The number of writes: the transactions, the pulses and the last delete.</summary>
    public long Writes => Transactions + PulseRevisions.Count + 1;
}
