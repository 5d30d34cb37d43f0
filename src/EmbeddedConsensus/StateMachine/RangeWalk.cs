using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.StateMachine;

/// <summary>The records of a range that a query selects, in key order. Looks at its token every few hundred
/// records.</summary>
internal ref struct RangeWalk
{
    private const int StepsBetweenLooks = 256;

    private readonly RevisionFilter _filter;
    private readonly bool _descending;
    private MvccRangeCursor _cursor;
    private int _steps;

    /// <summary>A walk over what a query selects.</summary>
    public RangeWalk(MvccView reader, in RangeQuery query, CancellationToken cancellationToken)
        : this(
            reader, query, query.Filter, query is { SortTarget: SortTarget.Key, Descending: true }, cancellationToken)
    {
    }

    private RangeWalk(
        MvccView reader, in RangeQuery query, RevisionFilter filter, bool descending,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _cursor = reader.Range(query.Start, query.End, query.Revision);
        _filter = filter;
        _descending = descending;
        CancellationToken = cancellationToken;
    }

    /// <summary>The caller's token.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The current record.</summary>
    public readonly MvccRecord Current => _cursor.Current;

    /// <summary>The handle of the current record.</summary>
    public readonly RecordHandle Handle => _cursor.Handle;

    /// <summary>A walk over a query's whole range, whatever its filter.</summary>
    public static RangeWalk OfAll(MvccView reader, in RangeQuery query, CancellationToken cancellationToken) =>
        new(reader, query, default, descending: false, cancellationToken);

    /// <summary>Moves to the next record.</summary>
    /// <exception cref="OperationCanceledException">The read was cancelled.</exception>
    public bool MoveNext()
    {
        while (_descending ? _cursor.MovePrevious() : _cursor.MoveNext())
        {
            if (++_steps % StepsBetweenLooks == 0)
            {
                CancellationToken.ThrowIfCancellationRequested();
            }

            if (_filter.IsEmpty || _filter.Selects(Current))
            {
                return true;
            }
        }

        return false;
    }
}
