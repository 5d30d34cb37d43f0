using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.StateMachine;

/// <summary>The order of a range read's records. The key breaks ties, so that every member sorts alike.</summary>
/// <param name="target">By what to sort.</param>
/// <param name="descending">Whether the largest comes first.</param>
/// <param name="cancellationToken">Ends a long sort, between two comparisons.</param>
internal sealed class RecordOrder(SortTarget target, bool descending, CancellationToken cancellationToken)
    : IComparer<RecordHandle>
{
    /// <inheritdoc />
    /// <exception cref="OperationCanceledException">The read was cancelled.</exception>
    public int Compare(RecordHandle x, RecordHandle y)
    {
        cancellationToken.ThrowIfCancellationRequested();
        MvccRecord left = new(x);
        MvccRecord right = new(y);
        int order = descending ? CompareTargets(right, left) : CompareTargets(left, right);
        return order != 0 ? order : left.Key.SequenceCompareTo(right.Key);
    }

    private int CompareTargets(in MvccRecord left, in MvccRecord right) => target switch
    {
        SortTarget.Version => left.Version.CompareTo(right.Version),
        SortTarget.CreateRevision => left.CreateRevision.CompareTo(right.CreateRevision),
        SortTarget.ModRevision => left.ModRevision.CompareTo(right.ModRevision),
        SortTarget.Value => left.Value.SequenceCompareTo(right.Value),
        _ => left.Key.SequenceCompareTo(right.Key),
    };
}
