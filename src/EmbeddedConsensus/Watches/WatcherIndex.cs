namespace EmbeddedConsensus.Watches;

/// <summary>Finds the groups of watchers that watch a key: those of single keys in a hash table, those of ranges in an
/// interval tree. The groups of one range, which differ in their filters, form a chain.</summary>
internal sealed class WatcherIndex
{
    private readonly Dictionary<Key, WatchGroup> _single = new(KeyComparer.Instance);
    private readonly Dictionary<Key, WatchGroup>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    private readonly RangeTree _ranges = new();

    /// <summary>An index without groups.</summary>
    public WatcherIndex() => _bySpan = _single.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The group of a range and filter; null when there is none.</summary>
    public WatchGroup? Get(KeyRange range, WatchFilter filter)
    {
        WatchGroup? group = First(range);
        while (group is not null && group.Filter != filter)
        {
            group = group.NextOfRange;
        }

        return group;
    }

    /// <summary>Adds a group that is not in the index.</summary>
    public void Add(WatchGroup group)
    {
        group.NextOfRange = First(group.Range);
        SetFirst(group.Range, group);
    }

    /// <summary>Removes a group that is in the index.</summary>
    public void Remove(WatchGroup group)
    {
        WatchGroup first = First(group.Range)!;
        if (first == group)
        {
            SetFirst(group.Range, group.NextOfRange);
            return;
        }

        while (first.NextOfRange != group)
        {
            first = first.NextOfRange!;
        }

        first.NextOfRange = group.NextOfRange;
    }

    /// <summary>Adds the groups that watch a key to a list, each once.</summary>
    public void Find(ReadOnlySpan<byte> key, List<WatchGroup> matches)
    {
        if (_bySpan.TryGetValue(key, out WatchGroup? first))
        {
            AddChain(first, matches);
        }

        _ranges.Find(key, matches);
    }

    /// <summary>Adds a group, and those of the same range after it, to a list.</summary>
    public static void AddChain(WatchGroup first, List<WatchGroup> matches)
    {
        for (WatchGroup? group = first; group is not null; group = group.NextOfRange)
        {
            matches.Add(group);
        }
    }

    private WatchGroup? First(KeyRange range) =>
        range.IsSingle ? _single.GetValueOrDefault(range.Start) : _ranges.Get(range);

    private void SetFirst(KeyRange range, WatchGroup? first)
    {
        if (!range.IsSingle)
        {
            _ranges.Set(range, first);
        }
        else if (first is null)
        {
            _single.Remove(range.Start);
        }
        else
        {
            _single[range.Start] = first;
        }
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
