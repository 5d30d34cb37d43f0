using EmbeddedConsensus.Mvcc;
using FsCheck;
using FsCheck.Fluent;

namespace EmbeddedConsensus.Tests.Mvcc;

public class BPlusTreeTests
{
    private static readonly int[] KeyLengths = [1, 2, 3, 8, 20, 31, 32, 33, 34, 90, 700];

    private static readonly Gen<(int Kind, int Key)> Step =
        from kind in Gen.Choose(0, 20)
        from key in Gen.Choose(0, 1500)
        select (kind, key);

    [Theory]
    [InlineData(512, 50, 100)]
    [InlineData(512, 6000, 25)]
    [InlineData(1024, 6000, 10)]
    public void Any_insertions_and_deletions_leave_the_sorted_set_that_they_describe(
        int pageBytes, int maxSteps, int runs)
        => MvccProperty.CheckSteps(Step, maxSteps, runs, seed: 7, steps =>
        {
            using TreeFixture fixture = new(pageBytes);
            SortedSet<byte[]> model = new(KeyOrder.Instance);
            int n = 0;
            foreach ((int kind, int key) in steps)
            {
                Apply(fixture, model, kind, Key(key));
                if (++n % 500 == 0)
                {
                    fixture.Validate();
                }
            }
            fixture.Validate();
            Assert.Equal(model, fixture.Read(fixture.Tree.Root));
            for (int i = 0; i < 1500; i++)
            {
                Assert.Equal(!model.Contains(Key(i)), fixture.Tree.Locate(Key(i)).IsNull);
            }
        });

    [Fact]
    public void A_pinned_root_never_changes()
        => MvccProperty.CheckSteps(Step, 3000, 20, seed: 8, steps =>
        {
            using TreeFixture fixture = new(512);
            SortedSet<byte[]> model = new(KeyOrder.Instance);
            List<(MvccRoot Root, List<byte[]> Keys)> roots = [];
            int n = 0;
            foreach ((int kind, int key) in steps)
            {
                Apply(fixture, model, kind, Key(key));
                if (++n % 100 == 0)
                {
                    roots.Add((fixture.Pin(), [.. model]));
                    fixture.FreeRetired();
                }
                if (n % 1000 == 0)
                {
                    roots[n / 300].Root.Unpin(0);
                    roots.RemoveAt(n / 300);
                }
            }
            foreach ((MvccRoot root, List<byte[]> keys) in roots)
            {
                Assert.Equal(keys, fixture.Read(root.TreeRoot));
                root.Unpin(0);
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
            fixture.Insert(Key(Place(order, i, count)), exists: i % 10 != 0 || i % 3000 < 1000);
        }
        fixture.Validate();
        fixture.Publish();
        for (int i = 0; i < count; i++)
        {
            fixture.Delete(Key(Place(order, i, count)));
            if (i % 500 == 0)
            {
                fixture.Validate();
            }
        }
        fixture.Validate();
        fixture.Publish();
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
            fixture.Insert(BitConverter.GetBytes(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(i)));
        }
        fixture.Publish();
        fixture.FreeRetired();
        Assert.InRange(fixture.UsedPages * 4096, 20_000L * LeafPage.CellBytes, 20_000L * LeafPage.CellBytes * 11 / 10);
    }

    [Fact]
    public void A_change_without_a_place_is_refused()
    {
        using TreeFixture fixture = new(512);
        fixture.Insert([1]);
        Assert.Throws<InvariantViolationException>(fixture.Tree.RemoveLocated);
        Assert.Throws<InvariantViolationException>(() => fixture.Tree.AddToKeys(1));
        Assert.Throws<InvariantViolationException>(() => fixture.Tree.AppendLast(fixture.Tree.Locate([1]), true));
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

    private static void Apply(TreeFixture fixture, SortedSet<byte[]> model, int kind, byte[] key)
    {
        if (kind == 20)
        {
            fixture.Publish();
            fixture.FreeRetired();
        }
        else if (model.Add(key))
        {
            fixture.Insert(key, exists: kind % 5 != 0);
        }
        else if (kind > 6)
        {
            model.Remove(key);
            fixture.Delete(key);
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
