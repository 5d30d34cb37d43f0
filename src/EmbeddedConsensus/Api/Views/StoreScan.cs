namespace EmbeddedConsensus;

/// <summary>An enumeration of a <see cref="StoreView"/>, once; for <c>foreach</c>. One thread at a time.</summary>
public abstract class StoreScan
{
    private protected StoreScan()
    {
    }

    /// <summary>The current key, after <see cref="MoveNext"/> returned true.</summary>
    public abstract StoreEntry Current { get; }

    /// <summary>Moves to the next key; false at the end.</summary>
    /// <exception cref="ObjectDisposedException">The view was disposed.</exception>
    public abstract bool MoveNext();

    /// <summary>This enumeration.</summary>
    public StoreScan GetEnumerator() => this;
}
