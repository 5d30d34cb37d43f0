namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>Watches every key and checks what a watch promises: each revision once, whole, in order, without a
/// gap.</summary>
internal sealed class RevisionWatcher
{
    private readonly IAsyncEnumerable<WatchEvent> _events;
    private readonly HashSet<Key> _keysOfRevision = [];
    private readonly long _firstRevision;
    private bool _isInsideRevision;

    /// <summary>Starts to watch.</summary>
    /// <param name="store">The store, on the replica that serves the watch.</param>
    /// <param name="firstRevision">The first revision to see.</param>
    public RevisionWatcher(IKeyValueStore store, long firstRevision)
    {
        _firstRevision = firstRevision;
        LastRevision = firstRevision - 1;
        _events = store.WatchAsync(KeyRange.All, new WatchOptions { StartRevision = firstRevision });
    }

    /// <summary>The newest revision seen.</summary>
    public long LastRevision { get; private set; }

    /// <summary>The number of revisions seen.</summary>
    public long Revisions => LastRevision - _firstRevision + 1;

    /// <summary>The number of events seen.</summary>
    public long Events { get; private set; }

    /// <summary>The first violation, or null.</summary>
    public string? Violation { get; private set; }

    /// <summary>Reads events up to the first delete, which is the last write of the run.</summary>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (WatchEvent next in _events.WithCancellation(cancellationToken))
        {
            Violation ??= FindViolation(next);
            Events++;
            LastRevision = next.Revision;
            _isInsideRevision = !next.EndsRevision;
            if (next.Type == WatchEventType.Delete)
            {
                return;
            }
        }
    }

    private string? FindViolation(WatchEvent next)
    {
        long expected = _isInsideRevision ? LastRevision : LastRevision + 1;
        if (next.Revision != expected)
        {
            return $"revision {next.Revision} came where {expected} was due";
        }

        if (!_isInsideRevision)
        {
            _keysOfRevision.Clear();
        }

        return _keysOfRevision.Add(next.KeyValue.Key)
            ? null
            : $"revision {next.Revision} changed '{next.KeyValue.Key}' twice";
    }
}
