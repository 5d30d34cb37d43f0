using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Tests.Mvcc;

public class PinnedViewTests
{
    private static readonly byte[] All = [0];

    [Fact]
    public void Disposing_a_view_twice_does_not_touch_the_next_user_of_its_pin()
    {
        using MvccStore store = Filled(10);
        PinnedView first = store.OpenView();
        PinnedView copy = first;
        first.Dispose();
        PinnedView second = store.OpenView();
        first.Dispose();
        copy.Dispose();
        Assert.Equal(1, store.Statistics.PinnedReaders);
        Assert.Equal(10, second.Count(All, All, 0));
        Assert.Throws<ObjectDisposedException>(() => copy.Revision);
        second.Dispose();
        Assert.Equal(0, store.Statistics.PinnedReaders);
        default(PinnedView).Dispose();
    }

    [Fact]
    public void Any_number_of_views_may_be_open_and_each_keeps_its_state()
    {
        using MvccStore store = new(new MvccOptions());
        List<PinnedView> open = [];
        for (int i = 0; i < 20_000; i++)
        {
            if (i % 10 == 0)
            {
                Put(store, i % 50);
                store.Publish();
            }
            open.Add(store.OpenView());
        }
        Assert.Equal(20_000, store.Statistics.PinnedReaders);
        for (int i = 0; i < open.Count; i += 97)
        {
            Assert.Equal(2 + i / 10, open[i].Revision);
            Assert.Equal(Math.Min(5, i / 10 + 1), open[i].Count(All, All, 0));
        }
        open.ForEach(s => s.Dispose());
        store.Publish();
        Assert.Equal(0, store.Statistics.PinnedReaders);
    }

    [Fact]
    public void A_view_outlives_its_store_and_the_last_one_frees_the_memory()
    {
        MvccStore store = Filled(1000);
        PinnedView first = store.OpenView();
        for (int i = 0; i < 1000; i++)
        {
            Put(store, i);
        }
        store.Publish();
        PinnedView second = store.OpenView();
        store.Dispose();
        store.Dispose();
        uint hash = first.Hash(0);
        first.Dispose();
        Assert.Equal(1000, second.Count(All, All, 0));
        Assert.NotEqual(hash, second.Hash(0));
        Assert.True(store.Statistics.AllocatedBytes > 0);
        second.Dispose();
        Assert.Equal(0, store.Statistics.AllocatedBytes);
    }

    [Fact]
    public void A_disposed_store_refuses_every_call()
    {
        MvccStore store = Filled(1);
        store.Dispose();
        Assert.Equal(0, store.Statistics.AllocatedBytes);
        Assert.Throws<ObjectDisposedException>(() => store.OpenView());
        Assert.Throws<ObjectDisposedException>(() => store.WriterView.Revision);
        Assert.Throws<ObjectDisposedException>(store.BeginTxn);
        Assert.Throws<ObjectDisposedException>(store.Publish);
        Assert.Throws<ObjectDisposedException>(() => store.Compact(2));
        Assert.Throws<ObjectDisposedException>(() => store.Reclaim(1));
        Assert.Throws<ObjectDisposedException>(store.Validate);
    }

    [Fact]
    public void Gets_puts_and_views_allocate_nothing_on_the_managed_heap_once_warm()
    {
        using MvccStore store = Filled(2000);
        byte[] key = new byte[4];
        byte[] value = new byte[200];
        Batches(200);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Batches(20);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // The directories of slabs and index chunks occasionally double: a few arrays, not a byte per operation.
        Assert.InRange(allocated, 0, 20 * 100);

        void Batches(int count)
        {
            for (int batch = 0; batch < count; batch++)
            {
                for (int i = 0; i < 100; i++)
                {
                    BitConverter.TryWriteBytes(key, (batch * 100 + i) % 2000);
                    store.BeginTxn();
                    store.Put(key, value, 0);
                    store.EndTxn();
                }
                store.Compact(store.CurrentRevision - 50);
                store.Publish();
                store.Reclaim(1000);
                for (int i = 0; i < 100; i++)
                {
                    using PinnedView pinned = store.OpenView();
                    pinned.TryGet(key, 0, out _);
                    pinned.Count(key, [], 0);
                }
            }
        }
    }

    private static MvccStore Filled(int keys)
    {
        MvccStore store = new(new MvccOptions());
        for (int i = 0; i < keys; i++)
        {
            Put(store, i);
        }
        store.Publish();
        return store;
    }

    private static void Put(MvccStore store, int key)
    {
        store.BeginTxn();
        store.Put(BitConverter.GetBytes(key), "value"u8, 0);
        store.EndTxn();
    }
}
