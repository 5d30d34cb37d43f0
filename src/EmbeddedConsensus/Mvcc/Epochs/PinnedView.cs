namespace EmbeddedConsensus.Mvcc;

/// <summary>A pinned state of the store: nothing in it changes, and none of its memory is reused, until it is disposed.
/// A small value: copies share one pin, and disposing any of them again does nothing.</summary>
internal readonly struct PinnedView : IDisposable
{
    private readonly ViewPin _pin;
    private readonly long _generation;

    /// <summary>A handle for the current use of a pin.</summary>
    public PinnedView(ViewPin pin)
    {
        _pin = pin;
        _generation = pin.Generation;
    }

    /// <summary>The reads; usable until the view is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The view was disposed.</exception>
    public MvccView View
    {
        get
        {
            MvccView view = default;
            ObjectDisposedException.ThrowIf(
                _pin is null || !_pin.TryGetView(_generation, out view), typeof(PinnedView));
            return view;
        }
    }

    /// <inheritdoc cref="MvccView.Revision" />
    public long Revision => View.Revision;

    /// <inheritdoc cref="MvccView.CompactRevision" />
    public long CompactRevision => View.CompactRevision;

    /// <inheritdoc cref="MvccView.TryGet" />
    public bool TryGet(ReadOnlySpan<byte> key, long atRevision, out MvccRecord record)
        => View.TryGet(key, atRevision, out record);

    /// <inheritdoc cref="MvccView.Range" />
    public MvccRangeCursor Range(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd, long atRevision)
        => View.Range(key, rangeEnd, atRevision);

    /// <inheritdoc cref="MvccView.Count" />
    public long Count(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd, long atRevision)
        => View.Count(key, rangeEnd, atRevision);

    /// <inheritdoc cref="MvccView.Events" />
    public MvccEventCursor Events(long fromRevision, int fromSub = 0) => View.Events(fromRevision, fromSub);

    /// <inheritdoc cref="MvccView.TryGetPrevious" />
    public bool TryGetPrevious(in MvccRecord change, out MvccRecord previous)
        => View.TryGetPrevious(change, out previous);

    /// <inheritdoc cref="MvccView.Hash" />
    public uint Hash(long atRevision) => View.Hash(atRevision);

    /// <summary>Lets the store reuse the memory that only this view held. Idempotent.</summary>
    public void Dispose() => _pin?.Release(_generation);
}
