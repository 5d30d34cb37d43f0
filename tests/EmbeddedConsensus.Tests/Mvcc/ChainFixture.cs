using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Tests.Mvcc;

/// <summary>The chain of one key beside a list of what must be in it. What is unlinked is never freed, so readers may
/// be anywhere.</summary>
internal sealed class ChainFixture : IDisposable
{
    // Every so many revisions, a version that is never unlinked; moved it may be.
    private const int PermanentEvery = 16;

    private readonly RecordHeap _heap = new(64 * 1024, 1);
    private readonly List<RecordHandle> _versions = [];
    private readonly KeyNode _key;
    private long _revision;
    private long _published;

    public ChainFixture() => _key = _heap.AddKey("key"u8, 0);

    public void Take(int kind, int place, bool keepsPermanent = false)
    {
        if (kind < 7 || _versions.Count == 0)
        {
            bool sameRevision = kind == 1 && _versions.Count > 0 && _revision % PermanentEvery != 0;
            _revision += sameRevision ? 0 : 1;
            int sub = sameRevision ? _versions[^1].Memory.SubRevision + 1 : 0;
            RecordFields fields = new() { ModRevision = _revision, SubRevision = sub, Version = 1, Lease = kind % 2 };
            RecordHandle record = _heap.Add(fields, _key, BitConverter.GetBytes(_revision));
            VersionChain.Push(_key, record);
            _versions.Add(record);
            Volatile.Write(ref _published, _revision);
            return;
        }
        int index = place % _versions.Count;
        RecordHandle chosen = _versions[index];
        if (kind == 7 && !(keepsPermanent && chosen.Memory.ModRevision % PermanentEvery == 0))
        {
            VersionChain.Unlink(_key, chosen);
            _versions.RemoveAt(index);
        }
        else
        {
            RecordHandle copy = _heap.Copy(chosen);
            VersionChain.Replace(_key, chosen, copy);
            _versions[index] = copy;
        }
    }

    /// <summary>Builds the chain again from copies of its versions, newest first, as a snapshot has them.</summary>
    public void Load()
    {
        ChainLoader loader = new();
        for (int i = _versions.Count - 1; i >= 0; i--)
        {
            RecordHandle copy = _heap.Copy(_versions[i]);
            for (int level = 0; level <= copy.Memory.Level; level++)
            {
                copy.Memory.OlderSlot(level) = default(RecordHandle).Bits;
            }
            if (i == _versions.Count - 1)
            {
                loader.Start(_key, copy);
            }
            else
            {
                loader.AddOlder(copy);
            }
            _versions[i] = copy;
        }
    }

    public void Check()
    {
        for (int i = _versions.Count - 1; i >= 0; i--)
        {
            RecordMemory memory = _versions[i].Memory;
            for (int level = 0; level <= memory.Level; level++)
            {
                Assert.Equal(NearestOlder(i, level), memory.Older(level));
            }
        }
        Assert.Equal(_versions.Count == 0 ? default : _versions[^1], _key.Newest);
        for (long revision = 0; revision <= _revision + 1; revision++)
        {
            Assert.Equal(
                _versions.FindLast(v => v.Memory.ModRevision <= revision), VersionChain.Find(_key, revision));
        }
    }

    public void CheckPermanent()
    {
        long newest = Volatile.Read(ref _published);
        for (long revision = newest - newest % PermanentEvery; revision > 0; revision -= PermanentEvery * 37)
        {
            RecordHandle found = VersionChain.Find(_key, revision);
            Assert.False(found.IsNull);
            Assert.Equal(revision, found.Memory.ModRevision);
            Assert.Equal(revision, BitConverter.ToInt64(found.Memory.Value.Span));
        }
    }

    public int StepsTo(long revision)
    {
        int steps = 0;
        RecordHandle current = _key.Newest;
        while (current.Memory.IsAfter(revision, int.MaxValue))
        {
            RecordMemory memory = current.Memory;
            int level = memory.Level;
            while (level > 0
                && (memory.Older(level).IsNull || !memory.Older(level).Memory.IsAfter(revision, int.MaxValue)))
            {
                level--;
                steps++;
            }
            current = memory.Older(level);
            steps++;
        }
        Assert.Equal(revision, current.Memory.ModRevision);
        return steps;
    }

    public void Dispose() => _heap.Release();

    private RecordHandle NearestOlder(int index, int level)
    {
        int older = index - 1;
        while (older >= 0 && _versions[older].Memory.Level < level)
        {
            older--;
        }
        return older < 0 ? default : _versions[older];
    }
}
