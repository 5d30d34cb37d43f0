using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Watches;

/// <summary>
/// All watchers of a replica. The apply thread only leaves what it has published here, which costs the same for any
/// number of watchers; another thread distributes the events to the groups of watchers that select them, and wakes
/// their readers. An event is built once, however many groups take it, and not at all when none does (design decision
/// D9).
/// </summary>
internal sealed class WatchHub
{
    // Changes distributed before the lock is released for a moment, for watchers that come and go.
    private const int ChangesPerLock = 256;

    private readonly Func<PinnedView> _openView;
    private readonly PublishedViews _published = new();
    private readonly WatcherIndex _index = new();
    private readonly List<WatchGroup> _groups = [];
    private readonly List<WatchGroup> _matches = [];
    private readonly List<WatchGroup> _touched = [];
    private readonly List<WatchGroup> _toWake = [];
    private readonly List<Watcher> _alarms = [];

    // The groups with events that wait for readers; the one that has waited longest comes first.
    private readonly LinkedList<WatchGroup> _backlogs = new();
    private int _count;
    private long _revision;

    // The revision that is being distributed; what was distributed last when there is none.
    private long _distributing;
    private volatile Exception? _end;

    /// <summary>A hub over a store at a revision.</summary>
    /// <param name="openView">Pins the state that readers see now.</param>
    /// <param name="revision">The published revision.</param>
    /// <param name="maxBytes">The bound on what all watches hold in memory, in bytes.</param>
    public WatchHub(Func<PinnedView> openView, long revision, long maxBytes)
    {
        _openView = openView;
        _revision = revision;
        Budget = new WatchBudget(maxBytes);
    }

    /// <summary>The last revision that was distributed to the watchers.</summary>
    public long Revision => Volatile.Read(ref _revision);

    /// <summary>The number of watchers.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>What all watches hold in memory.</summary>
    public WatchBudget Budget { get; }

    private Lock Gate { get; } = new();

    /// <summary>Adds a watcher. It starts by reading the history if its first revision is in the past.</summary>
    public Watcher Add(KeyRange range, WatchOptions options, long firstRevision, IWatchSignal signal)
    {
        WatchFilter filter = WatchFilter.Of(options);
        lock (Gate)
        {
            if (_count == 0)
            {
                // Nothing was left here while there were no watchers. From the barrier on it is.
                Interlocked.Increment(ref _count);
                SkipToPublished();
            }
            else
            {
                _count++;
            }

            WatchGroup group = _index.Get(range, filter) ?? AddGroup(range, filter);
            Watcher watcher = new(this, group, firstRevision, signal) { Slot = group.Watchers.Count };
            lock (group.Gate)
            {
                group.Watchers.Add(watcher);
            }

            return watcher;
        }
    }

    /// <summary>Removes a watcher.</summary>
    public void Remove(Watcher watcher)
    {
        lock (Gate)
        {
            if (watcher.Slot < 0)
            {
                return;
            }

            WatchGroup group = watcher.Group;
            lock (group.Gate)
            {
                Watcher last = group.Watchers[^1];
                group.Watchers[watcher.Slot] = last;
                last.Slot = watcher.Slot;
                group.Watchers.RemoveAt(group.Watchers.Count - 1);
            }

            watcher.Slot = -1;
            watcher.Hold(0);
            group.Leave(watcher);
            if (group.Watchers.Count == 0)
            {
                RemoveGroup(group);
            }

            _count--;
        }
    }

    /// <summary>Leaves what was published for <see cref="Distribute()"/>. Called by the apply thread.</summary>
    /// <returns>Whether there is something to distribute.</returns>
    /// <remarks>A snapshot of the leader that replaced the store is no exception: its history continues what was
    /// distributed, so no event is skipped or repeated (scenario 48). If it begins later, the watches end with
    /// <see cref="CompactedException"/>.</remarks>
    public bool Publish()
    {
        // A full fence: either this sees the first watcher, or that one's view has what was published.
        Interlocked.MemoryBarrier();
        if (Count == 0 || _end is not null)
        {
            return false;
        }

        _published.Add(_openView());
        return true;
    }

    /// <summary>Passes on what was published. Called by one thread.</summary>
    public void Distribute()
    {
        while (_published.TryTake(out PinnedView view))
        {
            using PinnedView pinned = view;
            if (pinned.Revision > Revision)
            {
                Distribute(pinned);
            }

            Wake();
        }
    }

    /// <summary>Wakes a watcher once everything up to a revision was distributed.</summary>
    public void WakeAt(Watcher watcher, long revision)
    {
        lock (Gate)
        {
            if (watcher.Slot < 0)
            {
                return;
            }

            if (watcher.AlarmRevision == 0)
            {
                _alarms.Add(watcher);
            }

            watcher.AlarmRevision = Math.Max(watcher.AlarmRevision, revision);
            RingAlarms();
        }
    }

    /// <summary>Ends every present and future watch with an exception.</summary>
    public void End(Exception reason)
    {
        lock (Gate)
        {
            _end = reason;
            foreach (WatchGroup group in _groups)
            {
                group.Watchers.ForEach(static watcher => watcher.Wake());
            }
        }

        _published.Clear();
    }

    internal PinnedView OpenView() => _openView();

    internal void ThrowIfEnded()
    {
        if (_end is { } reason)
        {
            throw reason;
        }
    }

    /// <summary>Feeds a watcher from now on, if it has caught up with what was distributed.</summary>
    internal bool TrySync(Watcher watcher)
    {
        lock (Gate)
        {
            // A revision of which a part was distributed is read from the history.
            if (watcher.Next.Revision <= Math.Max(_revision, _distributing))
            {
                return false;
            }

            if (watcher.Slot >= 0)
            {
                watcher.Group.Sync(watcher);
            }

            return true;
        }
    }

    private WatchGroup AddGroup(KeyRange range, WatchFilter filter)
    {
        WatchGroup group = new(range, filter, Budget) { Slot = _groups.Count };
        _groups.Add(group);
        _index.Add(group);
        return group;
    }

    private void RemoveGroup(WatchGroup group)
    {
        _index.Remove(group);
        WatchGroup last = _groups[^1];
        _groups[group.Slot] = last;
        last.Slot = group.Slot;
        _groups.RemoveAt(_groups.Count - 1);
        if (group.Backlog is { List: not null } backlog)
        {
            _backlogs.Remove(backlog);
        }
    }

    private void SkipToPublished()
    {
        _published.Clear();
        using PinnedView pinned = _openView();
        MoveTo(pinned.Revision);
    }

    private void Distribute(PinnedView pinned)
    {
        MvccEventCursor cursor;
        lock (Gate)
        {
            if (pinned.CompactRevision > _revision + 1)
            {
                // What was not distributed yet cannot be delivered in full: those whom it concerns find out when they
                // read the history.
                Unsync(pinned.Revision);
                return;
            }

            cursor = pinned.Events(_revision + 1);
        }

        while (true)
        {
            lock (Gate)
            {
                for (int change = 0; change < ChangesPerLock; change++)
                {
                    if (!cursor.MoveNext())
                    {
                        EndRevision(pinned.Revision);
                        return;
                    }

                    MvccRecord record = cursor.Current;
                    if (record.ModRevision != _distributing)
                    {
                        EndRevision(record.ModRevision - 1);
                        _distributing = record.ModRevision;
                    }

                    Pass(pinned.View, record);
                }
            }
        }
    }

    private void Pass(MvccView view, in MvccRecord record)
    {
        _matches.Clear();
        _index.Find(record.Key, _matches);
        WatchEvent? plain = null;
        WatchEvent? withPrevious = null;
        foreach (WatchGroup group in _matches)
        {
            if (!group.Filter.Selects(record.IsTombstone) || !group.IsFed)
            {
                continue;
            }

            if (group.LastRevision != record.ModRevision)
            {
                group.LastRevision = record.ModRevision;
                _touched.Add(group);
            }

            group.Append(group.Filter.IncludePrevious
                ? withPrevious ??= WatchEventFactory.Create(view, record, includePrevious: true)
                : plain ??= WatchEventFactory.Create(view, record, includePrevious: false));
        }
    }

    // Everything up to a revision was passed on: only now may readers take it, and count as having come so far.
    private void EndRevision(long revision)
    {
        foreach (WatchGroup group in _touched)
        {
            if (group.Commit())
            {
                MoveToNewestBacklog(group);
            }

            if (!group.IsToWake)
            {
                group.IsToWake = true;
                _toWake.Add(group);
            }
        }

        _touched.Clear();
        while (Budget.IsExceeded && _backlogs.First is { } oldest)
        {
            _backlogs.RemoveFirst();
            oldest.Value.DropBacklog();
        }

        MoveTo(revision);
    }

    // Never back: the first watcher may have skipped what is being distributed.
    private void MoveTo(long revision) => Volatile.Write(ref _revision, Math.Max(_revision, revision));

    private void MoveToNewestBacklog(WatchGroup group)
    {
        if (group.Watchers.Count == 0)
        {
            return;
        }

        group.Backlog ??= new LinkedListNode<WatchGroup>(group);
        if (group.Backlog.List is not null)
        {
            _backlogs.Remove(group.Backlog);
        }

        _backlogs.AddLast(group.Backlog);
    }

    /// <summary>Makes every watcher read the history itself.</summary>
    private void Unsync(long revision)
    {
        foreach (WatchGroup group in _groups)
        {
            group.Unsync(_revision + 1);
            group.Watchers.ForEach(static watcher => watcher.Wake());
        }

        MoveTo(revision);
    }

    private void Wake()
    {
        lock (Gate)
        {
            foreach (WatchGroup group in _toWake)
            {
                group.IsToWake = false;
                group.Watchers.ForEach(static watcher => watcher.Wake());
            }

            _toWake.Clear();
            RingAlarms();
        }
    }

    private void RingAlarms()
    {
        for (int i = _alarms.Count - 1; i >= 0; i--)
        {
            Watcher watcher = _alarms[i];
            if (watcher.Slot < 0 || watcher.AlarmRevision <= _revision)
            {
                watcher.AlarmRevision = 0;
                watcher.Wake();
                _alarms[i] = _alarms[^1];
                _alarms.RemoveAt(_alarms.Count - 1);
            }
        }
    }
}
