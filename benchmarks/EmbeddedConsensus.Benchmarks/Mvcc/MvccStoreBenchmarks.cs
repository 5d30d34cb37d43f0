using BenchmarkDotNet.Attributes;
using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Benchmarks.Mvcc;

/// <summary>The store with a million keys of 24 bytes and values of 256, in its steady state: puts overwrite, batches
/// of 256 are published, and compaction keeps 10,000 revisions.</summary>
[InProcess]
[MemoryDiagnoser]
public class MvccStoreBenchmarks : IDisposable
{
    private const int Keys = 1_000_000;
    private const int Batch = 256;
    private const int Page = 100;
    private const int History = 10_000;
    private readonly BenchmarkKeys _keys = new(Keys);
    private readonly byte[] _value = new byte[256];
    private MvccStore _store = null!;
    private PinnedView _snapshot;
    private int _next;

    [GlobalSetup]
    public void Fill()
    {
        _store = new MvccStore(new MvccOptions());
        for (int i = 0; i < Keys; i += Batch)
        {
            Put(Math.Min(Batch, Keys - i));
            _store.Publish();
        }
        _snapshot = _store.OpenView();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _snapshot.Dispose();
        _store.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public long Get() => _snapshot.TryGet(_keys[NextIndex()], 0, out MvccRecord record) ? record.ModRevision : 0;

    [Benchmark]
    public long GetInASnapshotOfItsOwn()
    {
        using PinnedView pinned = _store.OpenView();
        return pinned.TryGet(_keys[NextIndex()], 0, out MvccRecord record) ? record.ModRevision : 0;
    }

    [Benchmark(OperationsPerInvoke = Page)]
    public long RangeOfAHundredKeys()
    {
        long bytes = 0;
        int left = Page;
        MvccRangeCursor cursor = _snapshot.Range(_keys[NextIndex()], [0], 0);
        while (left-- > 0 && cursor.MoveNext())
        {
            bytes += cursor.Current.Value.Length;
        }
        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public bool PutInBatchesWithCompaction()
    {
        // A view of the filled store would retain everything that is replaced.
        _snapshot.Dispose();
        Put(Batch);
        if (_store.CurrentRevision - History > _store.CompactRevision)
        {
            _store.Compact(_store.CurrentRevision - History);
        }
        _store.Publish();
        return _store.Reclaim(4 * Batch);
    }

    private void Put(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _store.BeginTxn();
            _store.Put(_keys[NextIndex()], _value, 0);
            _store.EndTxn();
        }
    }

    private int NextIndex()
    {
        _next = (_next + 611_953) % Keys;
        return _next;
    }
}
