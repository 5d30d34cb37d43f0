using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Tests.Mvcc;

/// <summary>A tree with its arenas. Every cell has its own record.</summary>
internal sealed class TreeFixture : IDisposable
{
    private readonly PageArena _pages;
    private readonly RecordHeap _records = new(16 * 1024, 1);
    private readonly RetireQueue _retired = new();

    public TreeFixture(int pageBytes)
    {
        _pages = new PageArena(pageBytes, 1);
        Tree = new BPlusTree(_pages, _records, _retired);
    }

    public BPlusTree Tree { get; }

    public long UsedPages => _pages.UsedUnits;

    public long UsedRecordBytes => _records.UsedBytes;

    public void Insert(byte[] key, long main, int sub)
    {
        TreeKey place = new(key, main, sub);
        Tree.Locate(place, out _);
        Tree.InsertLocated(place, _records.Add(new RecordFields { ModRevision = main, SubRevision = sub }, key, []));
    }

    public void Delete(byte[] key, long main, int sub)
    {
        TreeCursor cursor = new(Tree, Tree.Root);
        Assert.True(cursor.Seek(new TreeKey(key, main, sub)));
        RecordHandle record = cursor.Record;
        Tree.Delete(new TreeKey(key, main, sub));
        _retired.Add(RetireQueue.Kind.Record, record.Bits);
    }

    /// <summary>Frees everything retired: no older root may be used afterwards.</summary>
    public void FreeRetired()
    {
        while (_retired.Head < _retired.Tail)
        {
            if (_retired.Take(out ulong payload) == RetireQueue.Kind.Page)
            {
                _pages.Free((uint)payload);
            }
            else
            {
                _records.Free(new RecordHandle(payload));
            }
        }
    }

    public List<TreeEntry> Read(uint root)
    {
        List<TreeEntry> entries = [];
        TreeCursor cursor = new(Tree, root);
        for (bool any = cursor.Seek(TreeKey.BeforeVersionsOf([])); any; any = cursor.MoveNext())
        {
            entries.Add(new TreeEntry(cursor.Key.ToArray(), cursor.Main, cursor.Sub));
        }
        return entries;
    }

    public void Dispose()
    {
        FreeRetired();
        _retired.Release();
        Tree.Release();
        _records.Release();
        _pages.Release();
    }
}
