using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Watches;

/// <summary>
/// One watch. While it keeps up, the hub puts events into its bounded buffer. When the buffer is full, the watcher
/// reads the history itself, at its own pace, until it has caught up. A slow reader therefore delays only itself
/// (scenarios 49, 52).
/// </summary>
internal sealed class Watcher
{
    // The number of changes scanned per call, so that a view is not pinned for long.
    private const int CatchUpEvents = 512;
    private const int CatchUpScans = 65_536;

    private readonly WatchHub _hub;
    private readonly IWatchSignal _signal;
    private readonly EventBuffer _buffer = new();

    internal Watcher(WatchHub hub, KeyRange range, WatchOptions options, long nextRevision, IWatchSignal signal)
    {
        _hub = hub;
        Range = range;
        Options = options;
        NextRevision = nextRevision;
        _signal = signal;
    }

    /// <summary>The keys watched.</summary>
    public KeyRange Range { get; }

    /// <summary>The options of the watch.</summary>
    public WatchOptions Options { get; }

    /// <summary>The first revision that is neither delivered nor buffered. Guarded by the hub's lock.</summary>
    public long NextRevision { get; private set; }

    /// <summary>Whether the hub feeds the watcher. Guarded by the hub's lock.</summary>
    public bool IsSynced { get; set; }

    /// <summary>The revision up to which everything was delivered; null while something is left to deliver.</summary>
    public long? SyncedRevision
    {
        get
        {
            lock (_hub.Gate)
            {
                return IsSynced && _buffer.Count == 0 ? _hub.Revision : null;
            }
        }
    }

    /// <summary>Takes the events that can be delivered now.</summary>
    /// <param name="destination">Receives the events, in order.</param>
    /// <returns>False when there are none: wait for the signal, then try again.</returns>
    /// <exception cref="CompactedException">The next revision is compacted.</exception>
    public bool TryTake(List<WatchEvent> destination)
    {
        lock (_hub.Gate)
        {
            _hub.ThrowIfEnded();
            _buffer.MoveTo(destination);
            if (destination.Count > 0)
            {
                return true;
            }

            if (IsSynced || _hub.TrySync(this))
            {
                return false;
            }
        }

        CatchUp(destination);

        // Without events there may still be more history to scan: the caller returns at once.
        return true;
    }

    /// <summary>Whether the watcher selects an event of this kind.</summary>
    public bool Selects(bool isDelete) => isDelete ? !Options.SkipDeletes : !Options.SkipPuts;

    /// <summary>Buffers an event; false when the buffer is full and the watcher falls behind. Called by the hub under
    /// its lock, revision by revision.</summary>
    internal bool TryBuffer(WatchEvent next)
    {
        if (next.Revision < NextRevision)
        {
            return true;
        }

        if (_buffer.IsFull)
        {
            // A revision is delivered whole: the part of this one in the buffer will be read again from the history.
            _buffer.RemoveNewest(next.Revision);
            NextRevision = next.Revision;
            return false;
        }

        _buffer.Add(next);
        return true;
    }

    /// <summary>The hub has passed everything up to a revision.</summary>
    internal void Advance(long revision) => NextRevision = Math.Max(NextRevision, revision + 1);

    /// <summary>Wakes the reader.</summary>
    internal void Wake() => _signal.Wake();

    private void CatchUp(List<WatchEvent> destination)
    {
        using PinnedView pinned = _hub.OpenView();
        long from = NextRevision;
        if (from < pinned.CompactRevision)
        {
            throw new CompactedException(from, pinned.CompactRevision);
        }

        long reached = pinned.Revision;
        int scans = 0;
        MvccEventCursor cursor = pinned.Events(from);
        while (cursor.MoveNext())
        {
            MvccRecord record = cursor.Current;
            if ((destination.Count >= CatchUpEvents || scans >= CatchUpScans) && record.ModRevision > from)
            {
                reached = from;
                break;
            }

            from = record.ModRevision;
            scans++;
            if (Range.Contains(record.Key) && Selects(record.IsTombstone))
            {
                Append(destination, WatchEventFactory.Create(pinned.View, record, Options.IncludePrevious));
            }
        }

        lock (_hub.Gate)
        {
            Advance(reached);
        }
    }

    private static void Append(List<WatchEvent> destination, WatchEvent next)
    {
        if (destination.Count > 0 && destination[^1].Revision == next.Revision)
        {
            destination[^1] = destination[^1] with { EndsRevision = false };
        }

        destination.Add(next);
    }
}
