namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>A transaction whose conditions were judged, with what of it runs.</summary>
/// <param name="Succeeded">Whether its conditions hold.</param>
/// <param name="Operations">What runs, each inner transaction with what runs of it.</param>
internal sealed record ReplayTxn(bool Succeeded, IReadOnlyList<(Operation Operation, ReplayTxn? Inner)> Operations)
{
    /// <summary>The newest revision that it reads on purpose; 0 when it reads none.</summary>
    public long NewestRead() => Operations
        .Select(item => item.Inner?.NewestRead()
            ?? (item.Operation is RangeOperation range ? range.Options.Revision : 0))
        .DefaultIfEmpty()
        .Max();
}
