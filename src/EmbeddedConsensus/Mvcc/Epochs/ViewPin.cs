namespace EmbeddedConsensus.Mvcc;

/// <summary>The pooled part of a <see cref="PinnedView"/>: the root it pins. A generation number distinguishes
/// successive uses.</summary>
internal sealed class ViewPin
{
    private readonly MvccStore _store;
    private MvccRoot? _root;
    private int _stripe;
    private long _generation;

    /// <summary>A pin that holds nothing yet.</summary>
    public ViewPin(MvccStore store) => _store = store;

    /// <summary>The generation of the current use.</summary>
    public long Generation => Volatile.Read(ref _generation);

    /// <summary>Takes over a root that the caller has pinned.</summary>
    public void Hold(MvccRoot root, int stripe)
    {
        _root = root;
        _stripe = stripe;
    }

    /// <summary>The reads, unless that use has ended.</summary>
    public bool TryGetView(long generation, out MvccView view)
    {
        MvccRoot? root = _root;
        view = root is null ? default : new MvccView(_store, root);
        return root is not null && Generation == generation;
    }

    /// <summary>Ends a use; only the first call has an effect.</summary>
    public void Release(long generation)
    {
        if (Interlocked.CompareExchange(ref _generation, generation + 1, generation) != generation)
        {
            return;
        }
        MvccRoot root = _root!;
        int stripe = _stripe;
        _root = null;
        _store.ReleasePin(this, root, stripe);
    }
}
