namespace EmbeddedConsensus.Tests.Mvcc;

/// <summary>The naive store that the real one is compared with: it keeps everything and searches by scanning.</summary>
internal sealed class ModelStore
{
    private readonly List<ModelVersion> _history = [];
    private long _transaction;
    private int _sub;

    public long Revision { get; private set; } = 1;

    public long CompactRevision { get; private set; }

    public void Begin()
    {
        _transaction = Revision + 1;
        _sub = 0;
    }

    public void Put(byte[] key, byte[] value, long lease)
    {
        ModelVersion? old = Find(key, _transaction);
        _history.Add(new ModelVersion(
            key, value, old?.Create ?? _transaction, _transaction, (old?.Version ?? 0) + 1, lease, _sub++, false));
    }

    public long Delete(byte[] key, byte[] rangeEnd)
    {
        List<ModelVersion> existing = Range(key, rangeEnd, _transaction);
        foreach (ModelVersion version in existing)
        {
            _history.Add(new ModelVersion(version.Key, [], 0, _transaction, 0, 0, _sub++, true));
        }
        return existing.Count;
    }

    public bool End()
    {
        Revision = _sub > 0 ? _transaction : Revision;
        return _sub > 0;
    }

    public void Compact(long revision) => CompactRevision = revision;

    public ModelVersion? Find(byte[] key, long revision)
    {
        ModelVersion? newest = _history.FindLast(v => v.Mod <= revision && v.Key.AsSpan().SequenceEqual(key));
        return newest is { Tombstone: false } ? newest : null;
    }

    public List<ModelVersion> Range(byte[] key, byte[] rangeEnd, long revision)
    {
        SortedDictionary<byte[], ModelVersion> newest = new(KeyOrder.Instance);
        foreach (ModelVersion version in _history.Where(v => v.Mod <= revision && InRange(v.Key, key, rangeEnd)))
        {
            newest[version.Key] = version;
        }
        return [.. newest.Values.Where(v => !v.Tombstone)];
    }

    public List<ModelVersion> Events(long from, long to) => _history.FindAll(v => v.Mod >= from && v.Mod <= to);

    public ModelVersion? Previous(ModelVersion change)
    {
        ModelVersion? before = _history.FindLast(v => v.Key.AsSpan().SequenceEqual(change.Key)
            && (v.Mod < change.Mod || (v.Mod == change.Mod && v.Sub < change.Sub)));
        return before is { Tombstone: false } ? before : null;
    }

    private static bool InRange(byte[] candidate, byte[] key, byte[] rangeEnd)
        => rangeEnd.Length == 0
            ? candidate.AsSpan().SequenceEqual(key)
            : KeyOrder.Instance.Compare(candidate, key) >= 0 || key is [0]
                ? rangeEnd is [0] || KeyOrder.Instance.Compare(candidate, rangeEnd) < 0
                : false;
}
