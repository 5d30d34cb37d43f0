using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Tests.Mvcc;

/// <summary>A tree with its arenas. Every key has one version.</summary>
internal sealed class TreeFixture : IDisposable
{
    private readonly PageArena _pages;
    private readonly RecordHeap _records = new(16 * 1024, 1);
    private readonly EpochTable _epochs = new();
    private long _revision = 1;

    public TreeFixture(int pageBytes)
    {
        _pages = new PageArena(pageBytes, 1);
        Tree = new BPlusTree(_pages, _records, _epochs);
        Publish();
    }

    public BPlusTree Tree { get; }

    public long Versions { get; private set; }

    public long UsedPages => _pages.UsedUnits;

    public long UsedRecordBytes => _records.UsedBytes;

    public void Insert(byte[] key, bool exists = true)
    {
        Assert.True(Tree.Locate(key).IsNull);
        KeyNode node = _records.AddKey(key, _revision);
        RecordFields fields = new() { ModRevision = ++_revision, IsTombstone = !exists };
        VersionChain.Push(node, _records.Add(fields, node, []));
        Tree.InsertLocated(node, exists);
        Versions++;
    }

    public void Delete(byte[] key)
    {
        KeyNode node = Tree.Locate(key);
        Assert.False(node.IsNull);
        RecordHandle newest = node.Newest;
        if (!newest.IsTombstone)
        {
            Tree.AddToKeys(-1);
            Tree.Locate(key);
        }
        Tree.RemoveLocated();
        newest.Memory.MarkRetired();
        _epochs.Retire(RetiredKind.Record, newest.Memory.Address, newest.Memory.ModRevision);
        _epochs.Retire(RetiredKind.Key, node.Address, node.Birth);
        Versions--;
    }

    /// <summary>Publishes the tree and pins it.</summary>
    public MvccRoot Pin()
    {
        Publish();
        return _epochs.Pin(0)!;
    }

    public void Publish()
    {
        MvccRoot root = _epochs.Rent();
        root.TreeRoot = Tree.Root;
        root.Revision = _revision;
        root.Sequence = Tree.Seal();
        _epochs.Publish(root);
    }

    /// <summary>Frees everything retired that no pinned root reaches.</summary>
    public unsafe void FreeRetired()
    {
        int budget = int.MaxValue;
        while (_epochs.TryTakeUnreachable(ref budget, out RetiredItem item))
        {
            switch (item.Kind)
            {
                case RetiredKind.Page:
                    _pages.Free((uint)item.Payload);
                    break;
                case RetiredKind.Key:
                    _records.Free(new KeyNode((byte*)item.Payload));
                    break;
                case RetiredKind.Separator:
                    _records.FreeSeparator(new KeyNode((byte*)item.Payload));
                    break;
                default:
                    _records.Free(new RecordMemory((byte*)item.Payload).Handle);
                    break;
            }
        }
    }

    public List<byte[]> Read(uint root)
    {
        List<byte[]> keys = [];
        TreeCursor cursor = new(Tree, root);
        cursor.Seek([]);
        do
        {
            for (int i = 0; i < cursor.Leaf.Count; i++)
            {
                keys.Add(cursor.Leaf.Node(i).Key.ToArray());
            }
        }
        while (cursor.MoveNext());
        return keys;
    }

    public void Validate() => StoreValidator.Validate(Tree, Versions);

    public void Dispose()
    {
        _epochs.Blocks.Release();
        Tree.Release();
        _records.Release();
        _pages.Release();
    }
}
