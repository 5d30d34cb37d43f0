using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Watches;

/// <summary>
/// All watchers of a replica. The apply thread passes each batch after publishing it; the hub hands the events to the
/// watchers that keep up and select them. An event is built once, however many watchers take it, and not at all when
/// none does (design decision D9).
/// </summary>
internal sealed class WatchHub
{
    private readonly Func<PinnedView> _openView;
    private readonly WatcherIndex _index = new();
    private readonly List<Watcher> _matches = [];
    private readonly HashSet<Watcher> _touched = [];
    private readonly HashSet<Watcher> _all = [];
    private int _synced;
    private Exception? _end;

    /// <summary>A hub over a store at a revision.</summary>
    /// <param name="openView">Pins the state that readers see now.</param>
    /// <param name="revision">The published revision.</param>
    public WatchHub(Func<PinnedView> openView, long revision)
    {
        _openView = openView;
        Revision = revision;
    }

    /// <summary>The last revision that was passed to the watchers.</summary>
    public long Revision { get; private set; }

    /// <summary>The number of watchers.</summary>
    public int Count
    {
        get
        {
            lock (Gate)
            {
                return _all.Count;
            }
        }
    }

    internal Lock Gate { get; } = new();

    /// <summary>Adds a watcher. It starts by reading the history if its first revision is in the past.</summary>
    public Watcher Add(KeyRange range, WatchOptions options, long firstRevision, IWatchSignal signal)
    {
        Watcher watcher = new(this, range, options, firstRevision, signal);
        lock (Gate)
        {
            _all.Add(watcher);

            // It stays in the index while it falls behind and catches up: only the start and end of a watch change the
            // index.
            _index.Add(watcher);
        }

        return watcher;
    }

    /// <summary>Removes a watcher.</summary>
    public void Remove(Watcher watcher)
    {
        lock (Gate)
        {
            if (_all.Remove(watcher))
            {
                _index.Remove(watcher);
                SetSynced(watcher, false);
            }
        }
    }

    /// <summary>Passes to the watchers what was published since the last call.</summary>
    public void Publish()
    {
        using PinnedView pinned = _openView();
        lock (Gate)
        {
            if (pinned.Revision <= Revision)
            {
                return;
            }

            if (pinned.CompactRevision > Revision + 1)
            {
                // The batch compacted revisions that it wrote itself, so it cannot be delivered in full.
                Unsync();
            }
            else if (_synced > 0)
            {
                Distribute(pinned);
            }

            Revision = pinned.Revision;
            WakeTouched();
        }
    }

    /// <summary>The store was replaced by a snapshot from the leader: every watcher continues from the history in the
    /// snapshot, so that it neither skips nor repeats an event (scenario 48).</summary>
    public void Restored(long revision)
    {
        lock (Gate)
        {
            Unsync();
            Revision = revision;
        }
    }

    /// <summary>Ends every present and future watch with an exception.</summary>
    public void End(Exception reason)
    {
        lock (Gate)
        {
            _end = reason;
            foreach (Watcher watcher in _all)
            {
                watcher.Wake();
            }
        }
    }

    internal PinnedView OpenView() => _openView();

    internal void ThrowIfEnded()
    {
        if (_end is not null)
        {
            throw _end;
        }
    }

    /// <summary>Adds a watcher that has caught up to those that the hub feeds.</summary>
    internal bool TrySync(Watcher watcher)
    {
        if (watcher.NextRevision <= Revision)
        {
            return false;
        }

        if (_all.Contains(watcher))
        {
            SetSynced(watcher, true);
        }

        return true;
    }

    private void SetSynced(Watcher watcher, bool isSynced)
    {
        if (watcher.IsSynced != isSynced)
        {
            watcher.IsSynced = isSynced;
            _synced += isSynced ? 1 : -1;
        }
    }

    /// <summary>Makes every watcher read the history itself.</summary>
    private void Unsync()
    {
        foreach (Watcher watcher in _all)
        {
            if (watcher.IsSynced)
            {
                watcher.Advance(Revision);
                SetSynced(watcher, false);
            }

            watcher.Wake();
        }
    }

    private void Distribute(PinnedView pinned)
    {
        MvccEventCursor cursor = pinned.Events(Revision + 1);
        while (cursor.MoveNext())
        {
            MvccRecord record = cursor.Current;
            _matches.Clear();
            _index.Find(record.Key, _matches);
            WatchEvent? plain = null;
            WatchEvent? withPrevious = null;
            foreach (Watcher watcher in _matches)
            {
                if (!watcher.IsSynced || !watcher.Selects(record.IsTombstone))
                {
                    continue;
                }

                WatchEvent next = watcher.Options.IncludePrevious
                    ? withPrevious ??= WatchEventFactory.Create(pinned.View, record, includePrevious: true)
                    : plain ??= WatchEventFactory.Create(pinned.View, record, includePrevious: false);
                _touched.Add(watcher);
                if (!watcher.TryBuffer(next))
                {
                    SetSynced(watcher, false);
                }
            }
        }
    }

    private void WakeTouched()
    {
        foreach (Watcher watcher in _touched)
        {
            watcher.Wake();
        }

        _touched.Clear();
    }
}
