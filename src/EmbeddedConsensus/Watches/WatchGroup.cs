namespace EmbeddedConsensus.Watches;

/// <summary>
/// The watchers of one range with one filter. They share what the hub distributes, in a bounded ring of events in
/// which each has its place, and the pieces of history that they catch up with. So an event costs the hub the same for
/// one watcher as for thousands, but for waking them.
/// </summary>
/// <param name="range">The keys.</param>
/// <param name="filter">The changes selected.</param>
/// <param name="budget">The bound on the memory of all watches.</param>
internal sealed class WatchGroup(KeyRange range, WatchFilter filter, WatchBudget budget)
{
    private const int SharedPieces = 4;

    private readonly EventRing _ring = new();
    private HistoryPiece?[]? _pieces;
    private int _nextPiece;
    private int _synced;

    // Synced watchers that have events to take: the ring is dropped when there are none.
    private int _pending;
    private long _overflowed;

    /// <summary>The keys.</summary>
    public KeyRange Range => range;

    /// <summary>The changes selected.</summary>
    public WatchFilter Filter => filter;

    /// <summary>The next group of the same range in the index. Guarded by the hub's lock, as are all members up to
    /// <see cref="Gate"/>.</summary>
    public WatchGroup? NextOfRange { get; set; }

    /// <summary>The watchers, in no particular order.</summary>
    public List<Watcher> Watchers { get; } = new(1);

    /// <summary>The place among the hub's groups.</summary>
    public int Slot { get; set; }

    /// <summary>The place among the groups with events that wait, oldest first; null when it has had none.</summary>
    public LinkedListNode<WatchGroup>? Backlog { get; set; }

    /// <summary>The last revision of which the group was passed events.</summary>
    public long LastRevision { get; set; }

    /// <summary>Whether the watchers are to be woken.</summary>
    public bool IsToWake { get; set; }

    /// <summary>Guards the ring, the pieces and the places of the watchers. Taken after the hub's lock.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The position after the last event that watchers may take. The events after it belong to a revision that
    /// is not complete.</summary>
    public long Committed { get; private set; }

    /// <summary>Whether any watcher is fed.</summary>
    public bool IsFed
    {
        get
        {
            lock (Gate)
            {
                return _synced > 0;
            }
        }
    }

    /// <summary>Adds an event of the revision that is being distributed.</summary>
    public void Append(WatchEvent next)
    {
        lock (Gate)
        {
            if (_synced == 0 || _overflowed == next.Revision)
            {
                return;
            }

            if (_ring.IsFull)
            {
                FallBehind(next.Revision, onlyPending: true);
            }

            if (_ring.IsFull)
            {
                // This revision alone is too large: all read it from the history, in pieces.
                FallBehind(next.Revision, onlyPending: false);
                _overflowed = next.Revision;
                return;
            }

            long before = _ring.Bytes;
            _ring.Add(next);
            budget.Add(_ring.Bytes - before);
        }
    }

    /// <summary>The revision is complete: its events may be taken.</summary>
    /// <returns>Whether this begins a backlog.</returns>
    public bool Commit()
    {
        lock (Gate)
        {
            if (_ring.Tail == Committed)
            {
                return false;
            }

            bool begins = _pending == 0;
            Committed = _ring.Tail;
            _pending = _synced;
            if (_pending == 0)
            {
                // The last watcher has left meanwhile.
                DropTaken();
            }

            return begins;
        }
    }

    /// <summary>Makes the watchers with events to take read them from the history instead, so that the ring is
    /// free.</summary>
    public void DropBacklog()
    {
        lock (Gate)
        {
            FallBehind(0, onlyPending: true);
        }
    }

    /// <summary>Makes every watcher read the history from the first change that it has not taken.</summary>
    /// <param name="revision">The first revision that was not distributed.</param>
    public void Unsync(long revision)
    {
        lock (Gate)
        {
            FallBehind(revision, onlyPending: false);
        }
    }

    /// <summary>Feeds a watcher from now on. The hub's lock is held.</summary>
    public void Sync(Watcher watcher)
    {
        lock (Gate)
        {
            watcher.IsSynced = true;
            watcher.Place = Committed;
            _synced++;
            if (_synced == Watchers.Count)
            {
                DropPieces();
            }
        }
    }

    /// <summary>Ends the feeding of a watcher that leaves. The hub's lock is held.</summary>
    public void Leave(Watcher watcher)
    {
        lock (Gate)
        {
            if (watcher.IsSynced)
            {
                watcher.IsSynced = false;
                _synced--;
                Took(watcher.Place);
            }

            if (_synced == Watchers.Count)
            {
                DropPieces();
            }
        }
    }

    /// <summary>Moves events from the ring to a watcher's reader, whole revisions only.</summary>
    /// <param name="watcher">The watcher; it is synced, and the group's lock is held.</param>
    /// <param name="destination">Receives the events.</param>
    /// <returns>The memory that they hold, in bytes.</returns>
    public long Take(Watcher watcher, List<WatchEvent> destination)
    {
        long place = watcher.Place;
        long bytes = 0;
        long revision = 0;
        for (long next = place; next < Committed; next++)
        {
            WatchEvent item = _ring[next];
            bool isEnough = destination.Count >= WatchLimits.PieceEvents || bytes >= WatchLimits.PieceBytes
                || (destination.Count > 0 && budget.IsExceeded);
            if (isEnough && item.Revision != revision)
            {
                break;
            }

            watcher.Place = next + 1;
            if (item.Revision >= watcher.Next.Revision)
            {
                destination.Add(item);
                bytes += WatchLimits.SizeOf(item);
                revision = item.Revision;
            }
        }

        if (watcher.Place == Committed)
        {
            Took(place);
        }

        return bytes;
    }

    /// <summary>A piece of history that a watcher can continue with; null when none is shared.</summary>
    public HistoryPiece? FindPiece(WatchPosition position)
    {
        lock (Gate)
        {
            foreach (HistoryPiece? piece in _pieces ?? [])
            {
                if (piece is not null && piece.Serves(position))
                {
                    return piece;
                }
            }

            return null;
        }
    }

    /// <summary>Keeps a piece of history for the other watchers that catch up.</summary>
    public void Share(HistoryPiece piece)
    {
        lock (Gate)
        {
            if (Watchers.Count - _synced <= 1 || piece.Next == piece.Start || budget.IsExceeded)
            {
                return;
            }

            _pieces ??= new HistoryPiece?[SharedPieces];
            budget.Add(piece.Bytes - (_pieces[_nextPiece]?.Bytes ?? 0));
            _pieces[_nextPiece] = piece;
            _nextPiece = (_nextPiece + 1) % SharedPieces;
        }
    }

    // A watcher with events to take continues at the first of them, another one at the revision given.
    private void FallBehind(long revision, bool onlyPending)
    {
        foreach (Watcher watcher in Watchers)
        {
            bool isPending = watcher.IsSynced && watcher.Place < Committed;
            if (isPending || (watcher.IsSynced && !onlyPending))
            {
                watcher.IsSynced = false;
                watcher.Advance(isPending ? _ring[watcher.Place].Revision : revision);
                _synced--;
            }
        }

        _pending = 0;
        DropTaken();
        if (!onlyPending)
        {
            long before = _ring.Bytes;
            _ring.DropFrom(Committed);
            budget.Add(_ring.Bytes - before);
        }
    }

    // One more watcher has nothing left to take.
    private void Took(long place)
    {
        if (place < Committed && --_pending == 0)
        {
            DropTaken();
        }
    }

    private void DropTaken()
    {
        long before = _ring.Bytes;
        _ring.DropBefore(Committed);
        budget.Add(_ring.Bytes - before);
    }

    private void DropPieces()
    {
        foreach (HistoryPiece? piece in _pieces ?? [])
        {
            budget.Add(-(piece?.Bytes ?? 0));
        }

        _pieces = null;
    }
}
