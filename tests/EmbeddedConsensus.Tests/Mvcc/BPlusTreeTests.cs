using EmbeddedConsensus.Mvcc;
using FsCheck;
using FsCheck.Fluent;

namespace EmbeddedConsensus.Tests.Mvcc;

public class BPlusTreeTests
{
    private static readonly int[] KeyLengths = [1, 2, 3, 8, 20, 31, 32, 33, 34, 90, 700];

    private static readonly Gen<(int Kind, int Key, int Revision)> Step =
        from kind in Gen.Choose(0, 20)
        from key in Gen.Choose(0, 400)
        from revision in Gen.Choose(1, 6)
        select (kind, key, revision);

    [Theory]
    [InlineData(512, 50, 100)]
    [InlineData(512, 3000, 25)]
    [InlineData(1024, 3000, 10)]
    public void Any_insertions_and_deletions_leave_the_sorted_set_that_they_describe(
        int pageBytes, int maxSteps, int runs)
        => MvccProperty.CheckSteps(Step, maxSteps, runs, seed: 7, steps =>
        {
            using TreeFixture fixture = new(pageBytes);
            SortedSet<TreeEntry> model = [];
            foreach ((int kind, int key, int revision) in steps)
            {
                Apply(fixture, model, kind, new TreeEntry(Key(key), revision, kind % 2));
            }
            Assert.Equal(model.Count, TreeValidator.Validate(fixture.Tree, fixture.Tree.Root));
            Assert.Equal(model, fixture.Read(fixture.Tree.Root));
            CheckSeeks(fixture.Tree, model);
        });

    [Fact]
    public void A_sealed_root_never_changes_while_its_pages_are_kept()
        => MvccProperty.CheckSteps(Step, 1500, 20, seed: 8, steps =>
        {
            using TreeFixture fixture = new(512);
            SortedSet<TreeEntry> model = [];
            List<(uint Root, List<TreeEntry> Entries)> roots = [];
            int n = 0;
            foreach ((int kind, int key, int revision) in steps)
            {
                Apply(fixture, model, kind, new TreeEntry(Key(key), revision, kind % 2), freesRetired: false);
                if (++n % 100 == 0)
                {
                    fixture.Tree.Seal();
                    roots.Add((fixture.Tree.Root, [.. model]));
                }
            }
            foreach ((uint root, List<TreeEntry> entries) in roots)
            {
                Assert.Equal(entries.Count, TreeValidator.Validate(fixture.Tree, root));
                Assert.Equal(entries, fixture.Read(root));
            }
        });

    [Theory]
    [InlineData(Order.Ascending)]
    [InlineData(Order.Descending)]
    [InlineData(Order.Spread)]
    [InlineData(Order.OutsideIn)]
    public void Any_order_of_insertion_and_deletion_frees_every_page_and_record(Order order)
    {
        const int count = 4001;
        using TreeFixture fixture = new(512);
        for (int i = 0; i < count; i++)
        {
            fixture.Insert(Key(Place(order, i, count)), 5, 0);
        }
        Assert.Equal(count, TreeValidator.Validate(fixture.Tree, fixture.Tree.Root));
        fixture.Tree.Seal();
        for (int i = 0; i < count; i++)
        {
            fixture.Delete(Key(Place(order, i, count)), 5, 0);
            if (i % 500 == 0)
            {
                TreeValidator.Validate(fixture.Tree, fixture.Tree.Root);
            }
        }
        Assert.Equal(0, TreeValidator.Validate(fixture.Tree, fixture.Tree.Root));
        fixture.FreeRetired();
        Assert.Equal(1, fixture.UsedPages);
        Assert.Equal(0, fixture.UsedRecordBytes);
    }

    [Fact]
    public void Ascending_insertions_fill_their_pages()
    {
        using TreeFixture fixture = new(4096);
        for (int i = 0; i < 20_000; i++)
        {
            fixture.Insert(BitConverter.GetBytes(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(i)), 5, 0);
        }
        long cellBytes = 20_000L * (NodePage.LeafCellBytes + sizeof(int) + NodePage.SlotBytes);
        Assert.InRange(fixture.UsedPages * 4096, cellBytes, cellBytes * 11 / 10);
    }

    [Fact]
    public void The_same_revision_of_a_key_is_refused_twice()
    {
        using TreeFixture fixture = new(512);
        fixture.Insert([1], 5, 0);
        Assert.Throws<InvariantViolationException>(() => fixture.Tree.Locate(new TreeKey([1], 5, 0), out _));
        Assert.Throws<InvariantViolationException>(() => fixture.Tree.Delete(new TreeKey([1], 6, 0)));
    }

    [Fact]
    public void A_dangling_page_id_is_detected()
    {
        using TreeFixture fixture = new(512);
        Assert.Throws<InvariantViolationException>(() => fixture.Tree.Page(1_000_000));
    }

    // Long runs of equal bytes, so that prefixes of all lengths are shared.
    private static byte[] Key(int n)
    {
        byte[] key = new byte[KeyLengths[n % KeyLengths.Length] + sizeof(int)];
        key.AsSpan().Fill((byte)(n % 3));
        BitConverter.TryWriteBytes(key.AsSpan(key.Length - sizeof(int)), n);
        return key;
    }

    private static int Place(Order order, int i, int count) => order switch
    {
        Order.Ascending => i,
        Order.Descending => count - 1 - i,
        Order.Spread => (int)((long)i * 1237 % count),
        _ => i % 2 == 0 ? i / 2 : count - 1 - i / 2,
    };

    private static void Apply(
        TreeFixture fixture, SortedSet<TreeEntry> model, int kind, TreeEntry entry, bool freesRetired = true)
    {
        if (kind == 20)
        {
            fixture.Tree.Seal();
            if (freesRetired)
            {
                fixture.FreeRetired();
            }
        }
        else if (model.Add(entry))
        {
            fixture.Insert(entry.Key, entry.Main, entry.Sub);
        }
        else if (kind > 6)
        {
            model.Remove(entry);
            fixture.Delete(entry.Key, entry.Main, entry.Sub);
        }
    }

    private static void CheckSeeks(BPlusTree tree, SortedSet<TreeEntry> model)
    {
        for (int i = 0; i < 400; i += 13)
        {
            TreeEntry target = new(Key(i), i % 8, 1);
            TreeEntry beyondAll = new([255, 255, 255, 255], 0, 0);
            TreeEntry? expected = model.GetViewBetween(target, beyondAll).FirstOrDefault();
            TreeCursor cursor = new(tree, tree.Root);
            bool found = cursor.Seek(new TreeKey(target.Key, target.Main, target.Sub));
            Assert.Equal(expected is not null, found);
            Assert.True(!found || expected == new TreeEntry(cursor.Key.ToArray(), cursor.Main, cursor.Sub));
        }
    }

    public enum Order
    {
        Ascending,
        Descending,
        Spread,
        OutsideIn,
    }
}
