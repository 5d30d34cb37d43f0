using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Tests.Mvcc;

[Trait("Scenario", "36")]
public class ReclamationTests
{
    private static readonly byte[] All = [0];
    private static readonly MvccOptions Small = new()
    {
        PageBytes = 512, SegmentBytes = 16 * 1024, InitialSlabUnits = 1,
    };

    [Fact]
    public void A_version_is_freed_when_the_searches_that_began_before_it_was_unlinked_have_ended()
    {
        using MvccStore store = new(Small);
        Write(store, 0, 1, 100);
        Write(store, 0, 1, 100);
        GraceSection before = store.Grace.Enter();
        store.Compact(store.CurrentRevision);
        Settle(store);
        Assert.True(store.HasRetired);
        Assert.Equal(1, store.Statistics.RetiredItems);

        // One that began after it does not matter.
        GraceSection after = store.Grace.Enter();
        before.Dispose();
        Settle(store);
        Assert.False(store.HasRetired);

        // It delays the next one.
        Write(store, 0, 1, 100);
        store.Compact(store.CurrentRevision);
        Settle(store);
        Assert.Equal(1, store.Statistics.RetiredItems);
        after.Dispose();
        Settle(store);
        Assert.False(store.HasRetired);
        store.Validate();
    }

    [Fact]
    public void Moved_keys_and_versions_are_read_by_old_views_as_before()
    {
        using MvccStore store = new(Small);
        const int keys = 6000;
        Write(store, 0, keys, 60);
        Write(store, 0, keys, 70);
        store.Publish();
        using PinnedView old = store.OpenView();
        uint hash = old.Hash(0);
        long revision = old.Revision;

        // New keys between the old ones copy the leaves, so that the old view has pages of its own.
        Write(store, keys, keys / 10, 30);
        DeleteMost(store, keys);
        for (int round = 0; round < 6; round++)
        {
            store.Compact(store.CurrentRevision);
            Settle(store);
            Write(store, 0, keys / 16, 50 + round * 40);
            store.Publish();
            Assert.Equal(hash, old.Hash(0));
            Assert.Equal(keys, old.Count(All, All, revision));
            Assert.Equal(keys, CountBackwards(old.View, revision));
        }
        old.Dispose();
        store.Compact(store.CurrentRevision);
        Settle(store);
        store.Validate();
        Assert.False(store.HasRetired);
    }

    /// <summary>A view's spans stay valid as long as the view, also when the version moves meanwhile.</summary>
    [Fact]
    public void What_a_view_has_returned_stays_as_it_was_when_the_version_moves()
    {
        using MvccStore store = new(Small);
        const int keys = 4000;
        Write(store, 0, keys, 60, fill: 1);
        store.Publish();
        PinnedView older = store.OpenView();
        DeleteMost(store, keys);
        store.Compact(store.CurrentRevision);
        Settle(store);

        // Once the older view has gone, most slots are free, and the versions that this one sees move.
        using PinnedView old = store.OpenView();
        List<(byte[] Key, RecordHandle Version)> held = [];
        MvccRangeCursor cursor = old.View.Range(All, All, 0);
        while (cursor.MoveNext())
        {
            held.Add((cursor.Current.Key.ToArray(), cursor.Handle));
        }

        older.Dispose();
        Settle(store);
        Write(store, keys, keys, 60, fill: 2);
        store.Publish();

        using PinnedView now = store.OpenView();
        int moved = held.Count(item => HandleOf(now.View, item.Key) != item.Version);
        Assert.InRange(moved, keys / 32, keys / 16);
        Assert.InRange(store.Statistics.RetiredItems, moved, long.MaxValue);
        Assert.All(held, item =>
            Assert.Equal(-1, new MvccRecord(item.Version).Value.IndexOfAnyExcept((byte)1)));
    }

    private static RecordHandle HandleOf(MvccView view, ReadOnlySpan<byte> key)
    {
        MvccRangeCursor cursor = view.Range(key, [], 0);
        return cursor.MoveNext() ? cursor.Handle : default;
    }

    [Fact]
    [Trait("Case", "S10")]
    public void Views_of_different_ages_each_hold_back_only_what_they_see()
    {
        using MvccStore store = new(Small);
        Write(store, 0, 500, 40);
        List<(PinnedView View, uint Hash)> views = [];
        for (int round = 0; round < 12; round++)
        {
            store.Publish();
            PinnedView opened = store.OpenView();
            views.Add((opened, opened.Hash(0)));
            for (int i = 0; i < 5; i++)
            {
                Write(store, round * 17, 300, 30 + i);
                DeleteMost(store, 60 + round);
            }
            store.Compact(store.CurrentRevision);
            Settle(store);
        }
        foreach (int index in (int[])[5, 10, 0, 3, 7, 0, 0, 4, 1, 0, 1, 0])
        {
            Assert.All(views, v => Assert.Equal(v.Hash, v.View.Hash(0)));
            views[index].View.Dispose();
            views.RemoveAt(index);
            Settle(store);
        }
        Assert.False(store.HasRetired);
        store.Validate();
    }

    private static void Write(MvccStore store, int first, int count, int valueBytes, byte fill = 0)
    {
        byte[] value = new byte[valueBytes];
        value.AsSpan().Fill(fill);
        for (int i = first; i < first + count; i++)
        {
            store.BeginTxn();
            store.Put(Key(i), value, i % 3);
            store.EndTxn();
        }
    }

    private static void DeleteMost(MvccStore store, int keys)
    {
        store.BeginTxn();
        for (int i = 0; i < keys; i++)
        {
            if (i % 16 != 0)
            {
                store.Delete(Key(i), []);
            }
        }
        store.EndTxn();
    }

    private static byte[] Key(int n) => [.. BitConverter.GetBytes(n * 0x61C88647), 1];

    private static long CountBackwards(MvccView view, long revision)
    {
        long count = 0;
        MvccRangeCursor cursor = view.Range(All, All, revision);
        while (cursor.MovePrevious())
        {
            count++;
        }
        return count;
    }

    private static void Settle(MvccStore store)
    {
        for (int round = 0; round < 6; round++)
        {
            store.Publish();
            while (store.Reclaim(1000))
            {
                store.Publish();
            }
        }
    }
}
