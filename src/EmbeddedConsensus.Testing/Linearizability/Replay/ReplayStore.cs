namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// The store as the recorded writes make it, one revision after the other, with its whole history and undo.
/// </summary>
/// <remarks>Written for checking: it shares no code with the store but the types of requests and results.</remarks>
internal sealed partial class ReplayStore
{
    private readonly KeyTable _keys;
    private readonly long _initialRevision;

    // Of each key, what it held at which revision, oldest first; null where it was deleted.
    private readonly List<(long Revision, KeyValue? Item)>[] _versions;

    // The keys in the order in which they were changed, so that changes can be taken back.
    private readonly List<int> _journal = [];

    public ReplayStore(KeyTable keys, long initialRevision, IReadOnlyList<KeyValue> initialItems)
    {
        _keys = keys;
        _initialRevision = initialRevision;
        _versions = new List<(long, KeyValue?)>[keys.Count];
        for (int key = 0; key < keys.Count; key++)
        {
            _versions[key] = [];
        }

        foreach (KeyValue item in initialItems)
        {
            _versions[keys.IndexOf(item.Key)!.Value].Add((item.ModRevision, item));
        }
    }

    /// <summary>How many changes were made: a place to go back to.</summary>
    public int Mark => _journal.Count;

    /// <summary>Undoes every change after a position.</summary>
    public void GoBackTo(int mark)
    {
        for (int i = _journal.Count - 1; i >= mark; i--)
        {
            _versions[_journal[i]].RemoveAt(_versions[_journal[i]].Count - 1);
        }

        _journal.RemoveRange(mark, _journal.Count - mark);
    }

    /// <summary>What a key held at a revision.</summary>
    public KeyValue? At(int key, long revision)
    {
        int index = VersionAt(key, revision);
        return index < 0 ? null : _versions[key][index].Item;
    }

    /// <summary>The first revision, from one on, at which a key holds something or nothing; null when there is
    /// none.</summary>
    /// <param name="key">The key.</param>
    /// <param name="item">What it holds.</param>
    /// <param name="from">The first revision that counts.</param>
    public long? FirstWith(int key, KeyValue? item, long from)
    {
        List<(long Revision, KeyValue? Item)> versions = _versions[key];
        if (item is not null)
        {
            // It names the only revision that can have produced it.
            long first = Math.Max(from, item.ModRevision);
            return At(key, first) == item ? first : null;
        }

        int index = VersionAt(key, from);
        if (index < 0 || versions[index].Item is null)
        {
            return from;
        }

        int deleted = versions.FindIndex(index, version => version.Item is null);
        return deleted < 0 ? null : versions[deleted].Revision;
    }

    /// <summary>Every change, by revision.</summary>
    public RevisionLog ToLog(long lastRevision)
    {
        List<WatchEvent>[] events = new List<WatchEvent>[lastRevision - _initialRevision];
        for (int i = 0; i < events.Length; i++)
        {
            events[i] = [];
        }

        int[] places = new int[_keys.Count];
        foreach (int key in _journal)
        {
            // Of versions that were there from the beginning there is at most one.
            if (places[key] == 0 && _versions[key][0].Revision <= _initialRevision)
            {
                places[key] = 1;
            }

            int place = places[key]++;
            (long revision, KeyValue? item) = _versions[key][place];
            events[revision - _initialRevision - 1].Add(new WatchEvent(
                item is null ? WatchEventType.Delete : WatchEventType.Put,
                item ?? new KeyValue(_keys[key], default, 0, revision, 0),
                place == 0 ? null : _versions[key][place - 1].Item,
                endsRevision: false));
        }

        return new RevisionLog(_initialRevision, events);
    }

    private int VersionAt(int key, long revision)
    {
        List<(long Revision, KeyValue? Item)> versions = _versions[key];
        int low = 0;
        int high = versions.Count;
        if (high > 0 && versions[high - 1].Revision <= revision)
        {
            return high - 1;
        }

        while (low < high)
        {
            int middle = (low + high) / 2;
            if (versions[middle].Revision <= revision)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    private KeyValue? Newest(int key) => _versions[key] is [.., (_, { } item)] ? item : null;

    private void Change(int key, long revision, KeyValue? item)
    {
        _versions[key].Add((revision, item));
        _journal.Add(key);
    }
}
