using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Tests.Mvcc;

public class MvccMemoryTests
{
    private static readonly byte[] All = [0];

    [Theory]
    [InlineData(20)]
    [InlineData(900)]
    [InlineData(20_000)]
    public void Deleting_and_compacting_everything_frees_the_memory(int valueBytes)
    {
        using MvccStore store = new(new MvccOptions { PageBytes = 1024 });
        MvccStatistics empty = store.Statistics;
        Fill(store, keys: 20_000_000 / (valueBytes + 1000), valueBytes, seed: 0);
        long full = store.Statistics.AllocatedBytes;
        store.BeginTxn();
        store.Delete(All, All);
        store.EndTxn();
        store.BeginTxn();
        store.Put("last"u8, [], 0);
        store.EndTxn();
        store.Compact(store.CurrentRevision);
        ReclaimAll(store);
        MvccStatistics after = store.Statistics;
        Assert.Equal((1, 1), (after.Keys, after.Records));
        Assert.Equal(empty.UsedPages, after.UsedPages);
        Assert.InRange(after.UsedBytes, 0, empty.UsedBytes + 64 * 1024);
        // At most one spare slab of each kind is kept, of the largest size.
        Assert.InRange(after.AllocatedBytes, 0, Math.Max(full / 3, 6_000_000));
        store.Validate();
    }

    [Fact]
    public void Overwriting_with_compaction_does_not_grow()
    {
        using MvccStore store = new(new MvccOptions());
        Fill(store, keys: 2000, valueBytes: 300, seed: 0);
        for (int round = 0; round < 3; round++)
        {
            Overwrite(store, round);
        }
        MvccStatistics early = store.Statistics;
        for (int round = 3; round < 20; round++)
        {
            Overwrite(store, round);
        }
        Assert.InRange(store.Statistics.UsedBytes, 0, early.UsedBytes + early.UsedBytes / 20);
        Assert.InRange(store.Statistics.AllocatedBytes, 0, early.AllocatedBytes + 1024 * 1024);
        store.Validate();
    }

    [Fact]
    [Trait("Case", "S10")]
    public void A_view_retains_what_it_can_see_and_releases_it_in_bounded_slices()
    {
        using MvccStore store = new(new MvccOptions());
        Overwrite(store, 100);
        long before = store.Statistics.UsedBytes;
        PinnedView held = store.OpenView();
        uint hash = held.Hash(0);
        long retained = 0;
        for (int round = 0; round < 30; round++)
        {
            Overwrite(store, round);
            retained = round == 0 ? store.Statistics.RetiredItems : retained;
        }
        // The versions that it sees and, by a whole chunk, the index of its changes; of the 58,000 versions that came
        // and went since, none. The last compaction kept ten.
        Assert.InRange(retained, 1990, 2010);
        Assert.InRange(store.Statistics.RetiredItems, 1990, 2010);
        Assert.InRange(store.Statistics.UsedBytes, 0, before * 5 / 2);
        Assert.Equal(hash, held.Hash(0));
        held.Dispose();
        Assert.True(store.Reclaim(100));
        Assert.InRange(store.Statistics.RetiredItems, 1800, 2010);
        ReclaimAll(store);
        Assert.Equal(0, store.Statistics.RetiredItems);
        Assert.InRange(store.Statistics.UsedBytes, 0, before * 3 / 2);
    }

    [Fact]
    public void Sparse_segments_are_emptied_without_effect_on_readers()
    {
        using MvccStore store = new(new MvccOptions());
        Fill(store, keys: 40_000, valueBytes: 400, seed: 1);
        long fullBytes = store.Statistics.AllocatedBytes;
        store.BeginTxn();
        for (int i = 0; i < 40_000; i++)
        {
            if (i * 31 % 100 >= 8)
            {
                store.Delete(BitConverter.GetBytes(i * 7919), []);
            }
        }
        store.EndTxn();
        store.Compact(store.CurrentRevision);
        store.Publish();
        using PinnedView held = store.OpenView();
        uint hash = held.Hash(0);
        // The next compaction also frees the tombstones at the compact revision.
        Fill(store, keys: 1, valueBytes: 10, seed: 2);
        uint later = store.WriterView.Hash(0);
        while (store.Reclaim(8000))
        {
            store.Publish();
            Assert.Equal(later, store.WriterView.Hash(0));
        }
        // The index follows the moved records: 36,800 deletions and the change after them.
        long lengths = 0;
        int changes = 0;
        foreach (MvccRecord change in store.WriterView.Events(store.CompactRevision))
        {
            Assert.Equal(changes == 36_800, !change.IsTombstone);
            lengths += change.Key.Length;
            changes++;
        }
        Assert.Equal((36_801, 36_801L * sizeof(int)), (changes, lengths));
        Assert.Equal(hash, held.Hash(0));
        Assert.Equal(3200, held.Count(All, All, 0));
        store.Compact(store.CurrentRevision);
        store.Publish();
        PinnedView during = store.OpenView();
        uint compacted = during.Hash(0);
        held.Dispose();
        while (store.Reclaim(8000))
        {
            store.Publish();
            Assert.Equal(compacted, during.Hash(0));
            during.Dispose();
            during = store.OpenView();
        }
        during.Dispose();
        ReclaimAll(store);
        store.Validate();
        Assert.Equal(3200, store.Statistics.Records);
        Assert.InRange(store.Statistics.AllocatedBytes, 0, fullBytes / 4);
    }

    [Fact]
    public void A_held_snapshot_does_not_collect_the_roots_that_follow_it()
    {
        EpochTable epochs = new();
        Publish(0);
        MvccRoot? held = epochs.Pin(0);
        HashSet<MvccRoot> roots = [];
        for (int i = 1; i < 10_000; i++)
        {
            MvccRoot? brief = epochs.Pin(1);
            epochs.Retire(RetiredKind.Page, (ulong)i, birth: i % 3 == 0 ? 0 : i - 1);
            roots.Add(Publish(i));
            // A reader that is still pinned when its root is superseded, and unpins later.
            brief!.Unpin(1);
            Take();
        }
        Assert.InRange(roots.Count, 1, 40);
        // The held root reaches a third of the pages, and the first one, which it has itself.
        Assert.Equal(3334, epochs.WaitingItems);
        held!.Unpin(0);
        Take();
        Assert.Equal(0, epochs.WaitingItems);

        MvccRoot Publish(long sequence)
        {
            MvccRoot root = epochs.Rent();
            root.Sequence = sequence;
            epochs.Publish(root);
            return root;
        }

        void Take()
        {
            int budget = int.MaxValue;
            while (epochs.TryTakeUnreachable(ref budget, out _))
            {
            }
        }
    }

    [Fact]
    public void A_record_is_never_freed_twice()
    {
        RecordHeap heap = new(16 * 1024, 1);
        foreach (int valueBytes in (int[])[10, 10_000])
        {
            KeyNode key = heap.AddKey("a"u8, 0);
            RecordHandle kept = heap.Add(default, key, new byte[valueBytes]);
            RecordHandle record = heap.Add(default, key, new byte[valueBytes]);
            heap.Free(kept);
            Assert.Throws<InvariantViolationException>(() => heap.FreeCopy(kept));
            Assert.Throws<InvariantViolationException>(() => new MvccRecord(kept).Key.Length);
            heap.Free(record);
            heap.Free(key);
            Assert.Throws<InvariantViolationException>(() => heap.Free(key));
            Assert.Throws<InvariantViolationException>(() => key.Newest);
        }
        Assert.Equal(0, heap.UsedBytes);
        heap.Release();
        Assert.Equal(0, heap.AllocatedBytes);
    }

    [Fact]
    public void A_page_is_never_freed_twice()
    {
        PageArena arena = new(512, 2);
        uint[] pages = [.. Enumerable.Range(0, 500).Select(_ => arena.Allocate())];
        Assert.Equal(500, pages.Distinct().Count());
        arena.Free(pages[7]);
        Assert.Throws<InvariantViolationException>(() => arena.Free(pages[7]));
        Assert.Equal(pages[7], arena.Allocate());
        foreach (uint page in pages)
        {
            arena.Free(page);
        }
        Assert.Equal(1, arena.SlabCount);
        arena.Release();
        Assert.Equal(0, arena.AllocatedBytes);
    }

    [Fact]
    public void Adjacent_records_of_all_sizes_keep_their_bytes()
    {
        RecordHeap heap = new(16 * 1024, 1);
        KeyNode key = heap.AddKey("key"u8, 0);
        List<(RecordHandle Handle, int Length, byte Fill)> live = [];
        for (int i = 0; i < 6000; i++)
        {
            int length = i * 7919 % 4500;
            byte fill = (byte)i;
            byte[] value = new byte[length];
            Array.Fill(value, fill);
            live.Add((heap.Add(new RecordFields { ModRevision = i, Lease = i % 5 }, key, value), length, fill));
            if (i % 3 != 0)
            {
                int victim = i * 31 % live.Count;
                heap.Free(live[victim].Handle);
                live.RemoveAt(victim);
            }
        }
        foreach ((RecordHandle handle, int length, byte fill) in live)
        {
            MvccRecord record = new(handle);
            Assert.Equal(length, record.Value.Length);
            Assert.Equal(-1, record.Value.IndexOfAnyExcept(fill));
            heap.Free(handle);
        }
        heap.Free(key);
        Assert.Equal(0, heap.UsedBytes);
        heap.Release();
    }

    private static void Fill(MvccStore store, int keys, int valueBytes, byte seed)
    {
        byte[] value = new byte[valueBytes];
        Array.Fill(value, seed);
        for (int i = 0; i < keys; i++)
        {
            store.BeginTxn();
            store.Put(BitConverter.GetBytes(i * 7919), value, 0);
            store.EndTxn();
            if (i % 100 == 0)
            {
                store.Publish();
            }
        }
        store.Publish();
    }

    private static void Overwrite(MvccStore store, int round)
    {
        Fill(store, keys: 2000, valueBytes: 300, (byte)round);
        store.Compact(store.CurrentRevision - 10);
        ReclaimAll(store);
    }

    private static void ReclaimAll(MvccStore store)
    {
        bool more = true;
        while (more)
        {
            more = store.Reclaim(500);
            store.Publish();
        }
        // Freeing segments can leave others sparse: a few more rounds settle that.
        for (int round = 0; round < 4; round++)
        {
            store.Reclaim(int.MaxValue);
            store.Publish();
        }
    }
}
