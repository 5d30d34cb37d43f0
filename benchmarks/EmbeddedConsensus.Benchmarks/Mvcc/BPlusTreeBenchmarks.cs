using BenchmarkDotNet.Attributes;
using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Benchmarks.Mvcc;

/// <summary>The tree alone, with a million keys of 32 bytes; batches of 256 changes are sealed, so pages are copied as
/// in a running store.</summary>
[InProcess]
[MemoryDiagnoser]
public class BPlusTreeBenchmarks
{
    private const int Keys = 1_000_000;
    private const int Batch = 256;
    private readonly BenchmarkKeys _keys = new(Keys);
    private readonly PageArena _pages = new(4096, 4);
    private readonly RecordHeap _records = new(64 * 1024, 4);
    private readonly RetireQueue _retired = new();
    private BPlusTree _tree = null!;
    private int _next;
    private long _revision = 2;

    [GlobalSetup]
    public void Fill()
    {
        _tree = new BPlusTree(_pages, _records, _retired);
        for (int i = 0; i < Keys; i++)
        {
            Insert(i);
        }
    }

    [GlobalCleanup]
    public void Release()
    {
        _retired.Release();
        _tree.Release();
        _records.Release();
        _pages.Release();
    }

    [Benchmark]
    public bool Seek()
    {
        TreeCursor cursor = new(_tree, _tree.Root);
        return cursor.Seek(TreeKey.AtRevision(_keys[NextIndex()], long.MaxValue));
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void InsertNewestAndDeleteOldVersion()
    {
        for (int i = 0; i < Batch; i++)
        {
            int index = NextIndex();
            TreeKey key = new(_keys[index], ++_revision, 0);
            _tree.Locate(key, out RecordHandle older);
            long before = new MvccRecord(older).ModRevision;
            _tree.InsertLocated(key, Record(key));
            _tree.Delete(new TreeKey(key.Key, before, 0));
            _records.Free(older);
        }
        Seal();
    }

    private void Insert(int index)
    {
        TreeKey key = new(_keys[index], ++_revision, 0);
        _tree.Locate(key, out _);
        _tree.InsertLocated(key, Record(key));
        if (index % Batch == 0)
        {
            Seal();
        }
    }

    private RecordHandle Record(in TreeKey key)
        => _records.Add(new RecordFields { ModRevision = key.Main }, key.Key, default);

    private void Seal()
    {
        _tree.Seal();
        while (_retired.Head < _retired.Tail)
        {
            if (_retired.Take(out ulong payload) == RetireQueue.Kind.Page)
            {
                _pages.Free((uint)payload);
            }
        }
    }

    private int NextIndex()
    {
        _next = (_next + 611_953) % Keys;
        return _next;
    }
}
