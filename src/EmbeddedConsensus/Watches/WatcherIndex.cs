namespace EmbeddedConsensus.Watches;

/// <summary>Finds the watchers of a key: single-key watchers in a hash table, range watchers in an interval
/// tree.</summary>
internal sealed class WatcherIndex
{
    private readonly Dictionary<Key, List<Watcher>> _single = new(KeyComparer.Instance);
    private readonly Dictionary<Key, List<Watcher>>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    private readonly RangeTree _ranges = new();

    /// <summary>An index without watchers.</summary>
    public WatcherIndex() => _bySpan = _single.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Adds a watcher.</summary>
    public void Add(Watcher watcher)
    {
        if (!watcher.Range.IsSingle)
        {
            _ranges.Add(watcher);
            return;
        }

        if (!_single.TryGetValue(watcher.Range.Start, out List<Watcher>? list))
        {
            list = [];
            _single[watcher.Range.Start] = list;
        }

        list.Add(watcher);
    }

    /// <summary>Removes a watcher, if it is there.</summary>
    public void Remove(Watcher watcher)
    {
        if (!watcher.Range.IsSingle)
        {
            _ranges.Remove(watcher);
        }
        else if (_single.TryGetValue(watcher.Range.Start, out List<Watcher>? list) && list.Remove(watcher)
            && list.Count == 0)
        {
            _single.Remove(watcher.Range.Start);
        }
    }

    /// <summary>Adds the watchers of a key to a list, each once.</summary>
    public void Find(ReadOnlySpan<byte> key, List<Watcher> matches)
    {
        if (_bySpan.TryGetValue(key, out List<Watcher>? list))
        {
            matches.AddRange(list);
        }

        _ranges.Find(key, matches);
    }

    private sealed class KeyComparer : IEqualityComparer<Key>, IAlternateEqualityComparer<ReadOnlySpan<byte>, Key>
    {
        public static readonly KeyComparer Instance = new();

        public bool Equals(Key x, Key y) => x.Equals(y);

        public int GetHashCode(Key obj) => GetHashCode(obj.Span);

        public bool Equals(ReadOnlySpan<byte> alternate, Key other) => alternate.SequenceEqual(other.Span);

        // FNV-1a: equal in every process, and sufficient for keys that the process itself chose to watch.
        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            uint hash = 2_166_136_261;
            foreach (byte next in alternate)
            {
                hash = (hash ^ next) * 16_777_619;
            }

            return (int)hash;
        }

        public Key Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
