using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Watches;

/// <summary>The states that were published and wait to be distributed, oldest first. A newer one covers an older one
/// unless a compaction lies between them: then the older one is kept, so that watchers that keep up receive what was
/// written before the compaction. Bounded: when compactions follow each other faster than events are distributed, the
/// watchers read what is left of the history instead.</summary>
internal sealed class PublishedViews
{
    private const int MaxViews = 8;

    private readonly Lock _gate = new();
    private readonly List<PinnedView> _views = new(MaxViews);

    /// <summary>Adds the newest state.</summary>
    public void Add(PinnedView view)
    {
        lock (_gate)
        {
            if (_views.Count > 0 && _views[^1].CompactRevision == view.CompactRevision)
            {
                _views[^1].Dispose();
                _views[^1] = view;
                return;
            }

            if (_views.Count == MaxViews)
            {
                DropAll();
            }

            _views.Add(view);
        }
    }

    /// <summary>Takes the oldest state; the caller disposes it.</summary>
    public bool TryTake(out PinnedView view)
    {
        lock (_gate)
        {
            if (_views.Count == 0)
            {
                view = default;
                return false;
            }

            view = _views[0];
            _views.RemoveAt(0);
            return true;
        }
    }

    /// <summary>Drops every state.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            DropAll();
        }
    }

    private void DropAll()
    {
        foreach (PinnedView view in _views)
        {
            view.Dispose();
        }

        _views.Clear();
    }
}
