using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Watches;

/// <summary>
/// One watch. While it keeps up, it takes events from the ring of its group. When they are dropped before it took them,
/// it reads the history itself, at its own pace, until it has caught up. A slow reader therefore delays only itself
/// (scenarios 49, 52).
/// </summary>
internal sealed class Watcher
{
    private readonly WatchHub _hub;
    private readonly WatchGroup _group;
    private readonly IWatchSignal _signal;

    // Everything up to this revision was read from the history; 0 when nothing was.
    private long _reached;
    private long _taken;

    internal Watcher(WatchHub hub, WatchGroup group, long firstRevision, IWatchSignal signal)
    {
        _hub = hub;
        _group = group;
        _signal = signal;
        Next = new WatchPosition(firstRevision);
    }

    /// <summary>The keys watched.</summary>
    public KeyRange Range => _group.Range;

    /// <summary>The group of watchers that this one belongs to.</summary>
    public WatchGroup Group => _group;

    /// <summary>The first change to read from the history; while synced, one at or before the first that was not taken.
    /// Guarded by the group's lock.</summary>
    public WatchPosition Next { get; private set; }

    /// <summary>Whether the hub feeds the watcher. Guarded by the group's lock.</summary>
    public bool IsSynced { get; set; }

    /// <summary>The next event in the group's ring, while synced. Guarded by the group's lock.</summary>
    public long Place { get; set; }

    /// <summary>The place among the group's watchers; -1 after it was removed. Guarded by the hub's lock.</summary>
    public int Slot { get; set; }

    /// <summary>The revision that the hub wakes it at; 0 for none. Guarded by the hub's lock.</summary>
    public long AlarmRevision { get; set; }

    /// <summary>The revision up to which everything was taken; null while something is left to take.</summary>
    public long? SyncedRevision
    {
        get
        {
            // Read before the ring: what was distributed up to this revision is in the ring by now.
            long revision = _hub.Revision;
            lock (_group.Gate)
            {
                return IsSynced && Place == _group.Committed ? Math.Max(revision, _reached) : null;
            }
        }
    }

    /// <summary>Takes the events that can be delivered now. What was taken before counts as passed on.</summary>
    /// <param name="destination">Receives the events, in order; empty.</param>
    /// <returns>False when there are none: wait for the signal, then try again.</returns>
    /// <exception cref="CompactedException">The next revision is compacted.</exception>
    public bool TryTake(List<WatchEvent> destination)
    {
        Hold(0);
        _hub.ThrowIfEnded();
        lock (_group.Gate)
        {
            if (IsSynced)
            {
                long bytes = _group.Take(this, destination);
                if (destination.Count == 0)
                {
                    return false;
                }

                Hold(bytes);
                return true;
            }
        }

        if (_hub.TrySync(this))
        {
            return false;
        }

        CatchUp(destination);

        // Without events there may still be more history to scan: the caller returns at once.
        return true;
    }

    /// <summary>Everything before a revision was taken. The group's lock is held.</summary>
    internal void Advance(long revision)
    {
        if (revision > Next.Revision)
        {
            Next = new WatchPosition(revision);
        }
    }

    /// <summary>Wakes the reader.</summary>
    internal void Wake() => _signal.Wake();

    /// <summary>Sets the memory that the reader holds of what it took, in bytes.</summary>
    internal void Hold(long bytes)
    {
        long held = Slot < 0 ? 0 : bytes;
        _hub.Budget.Add(held - _taken);
        _taken = held;
    }

    private void CatchUp(List<WatchEvent> destination)
    {
        // Only the reader moves a watcher that is not synced.
        WatchPosition from = Next;
        HistoryPiece piece = _group.FindPiece(from) ?? ReadPiece(from);
        Hold(piece.CopyTo(destination, from));
        if (piece.Next != from)
        {
            _reached = piece.Next.Revision - 1;
        }

        lock (_group.Gate)
        {
            Next = piece.Next;
        }
    }

    private HistoryPiece ReadPiece(WatchPosition from)
    {
        HistoryPiece piece;
        using (PinnedView pinned = _hub.OpenView())
        {
            if (from.Revision < pinned.CompactRevision)
            {
                throw new CompactedException(from.Revision, pinned.CompactRevision);
            }

            piece = HistoryReader.Read(pinned.View, _group.Range, _group.Filter, from);
        }

        _group.Share(piece);
        return piece;
    }
}
