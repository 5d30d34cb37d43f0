using System.Text;
using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Tests.Mvcc;

public class MvccStoreTests
{
    private static readonly byte[] All = [0];

    [Fact]
    public void A_new_store_is_at_revision_one_and_holds_nothing()
    {
        using MvccStore store = new(new MvccOptions());
        Assert.Equal((1, 0), (store.CurrentRevision, store.CompactRevision));
        Assert.Equal(0, store.WriterView.Count(All, All, 0));
        using PinnedView pinned = store.OpenView();
        Assert.False(pinned.TryGet("a"u8, 0, out _));
        Assert.InRange(store.Statistics.AllocatedBytes, 1, 1024 * 1024);
    }

    [Fact]
    public void One_transaction_is_one_main_revision_with_a_sub_revision_for_each_change()
    {
        using MvccStore store = new(new MvccOptions());
        store.BeginTxn();
        Assert.Equal(2, store.Put("a"u8, "1"u8, 0));
        Assert.Equal(2, store.Put("b"u8, "2"u8, 7));
        Assert.Equal(1, store.Delete("a"u8, []));
        Assert.True(store.EndTxn());
        Assert.Equal(2, store.CurrentRevision);
        Assert.Equal(["a@2.0", "b@2.1", "a@2.2 deleted"], Events(store.WriterView, 2));
        Assert.True(store.WriterView.TryGet("b"u8, 0, out MvccRecord b));
        Assert.Equal((2, 2, 1, 7, 1), (b.CreateRevision, b.ModRevision, b.Version, b.Lease, b.SubRevision));
    }

    [Fact]
    public void A_transaction_that_changes_nothing_leaves_the_revision()
    {
        using MvccStore store = new(new MvccOptions());
        store.BeginTxn();
        Assert.Equal(0, store.Delete("a"u8, All));
        Assert.False(store.EndTxn());
        Assert.Equal(1, store.CurrentRevision);
    }

    [Fact]
    public void Versions_count_from_creation_and_restart_after_a_delete()
    {
        using MvccStore store = new(new MvccOptions());
        Put(store, "a", "1");
        Put(store, "a", "2");
        Delete(store, "a");
        Put(store, "a", "3");
        Assert.True(store.WriterView.TryGet("a"u8, 3, out MvccRecord second));
        Assert.Equal((2, 2), (second.CreateRevision, second.Version));
        Assert.False(store.WriterView.TryGet("a"u8, 4, out _));
        Assert.True(store.WriterView.TryGet("a"u8, 0, out MvccRecord again));
        Assert.Equal((5, 1), (again.CreateRevision, again.Version));
    }

    [Fact]
    [Trait("Scenario", "44")]
    public void Reads_and_deletes_in_a_transaction_see_its_own_writes()
    {
        using MvccStore store = new(new MvccOptions());
        Put(store, "a", "1");
        store.BeginTxn();
        store.Put("b"u8, "2"u8, 0);
        Assert.Equal(2, store.WriterView.Count(All, All, 0));
        Assert.Equal(2, store.Delete(All, All));
        Assert.Equal(0, store.WriterView.Count(All, All, 0));
        store.Put("a"u8, "3"u8, 0);
        Assert.Equal(1, store.Delete("a"u8, "b"u8));
        Assert.Equal(0, store.Delete(All, All));
        store.EndTxn();
        Assert.Equal(0, store.WriterView.Count(All, All, 0));
        Assert.Equal(1, store.WriterView.Count(All, All, 2));
    }

    [Fact]
    public void Readers_see_a_batch_when_it_is_published_and_not_before()
    {
        using MvccStore store = new(new MvccOptions());
        Put(store, "a", "1");
        using PinnedView before = store.OpenView();
        store.Publish();
        using PinnedView after = store.OpenView();
        Assert.Equal((1, 2), (before.Revision, after.Revision));
        Assert.False(before.TryGet("a"u8, 0, out _));
        Assert.True(after.TryGet("a"u8, 0, out _));
    }

    [Theory]
    [InlineData("a", "", "a")]
    [InlineData("a", "b", "a,a1")]
    [InlineData("a1", "\0", "a1,b,c")]
    [InlineData("\0", "\0", "a,a1,b,c")]
    [InlineData("", "\0", "a,a1,b,c")]
    [InlineData("", "b", "a,a1")]
    [InlineData("c", "a", "")]
    [InlineData("x", "", "")]
    public void Ranges_follow_the_convention_of_etcd(string key, string end, string expected)
    {
        using MvccStore store = new(new MvccOptions());
        foreach (string existing in (string[])["a", "a1", "b", "c"])
        {
            Put(store, existing, "");
        }
        List<string> found = [];
        foreach (MvccRecord record in store.WriterView.Range(Bytes(key), Bytes(end), 0))
        {
            found.Add(Encoding.UTF8.GetString(record.Key));
        }
        Assert.Equal(expected, string.Join(',', found));
    }

    [Fact]
    public void An_empty_key_is_refused()
    {
        using MvccStore store = new(new MvccOptions());
        Assert.Throws<ArgumentException>(() => store.WriterView.Range([], [], 0));
        store.BeginTxn();
        Assert.Throws<ArgumentException>(() => store.Put([], [], 0));
        Assert.Throws<ArgumentException>(() => store.Delete([], []));
    }

    [Fact]
    public void A_record_above_the_limit_is_refused()
    {
        using MvccStore store = new(new MvccOptions { MaxRecordBytes = 1024 });
        store.BeginTxn();
        store.Put(new byte[24], new byte[1000], 0);
        Assert.Throws<ArgumentException>(() => store.Put(new byte[25], new byte[1000], 0));
    }

    [Fact]
    public void Keys_up_to_the_request_limit_work()
    {
        using MvccStore store = new(new MvccOptions());
        byte[] key = new byte[3 * 512 * 1024];
        for (int i = 0; i < 20; i++)
        {
            key[^1] = (byte)(i * 7 % 20);
            store.BeginTxn();
            store.Put(key, [(byte)i], 0);
            store.EndTxn();
        }
        store.Validate();
        Assert.True(store.WriterView.TryGet(key, 0, out MvccRecord last));
        Assert.Equal([19], last.Value.ToArray());
        Assert.Equal(20, store.WriterView.Count(All, All, 0));
        Assert.Equal(10, store.WriterView.Count(All, All, 11));
    }

    [Fact]
    [Trait("Scenario", "45")]
    public void Revisions_that_cannot_be_read_are_refused_and_the_compacted_one_itself_can_be()
    {
        using MvccStore store = new(new MvccOptions());
        Put(store, "a", "1");
        Put(store, "a", "2");
        Put(store, "a", "3");
        store.Compact(3);
        MvccView view = store.WriterView;
        Assert.True(view.TryGet("a"u8, 3, out MvccRecord record));
        Assert.Equal("2"u8, record.Value);
        Assert.True(view.TryGet("a"u8, 0, out record));
        Assert.Equal("3"u8, record.Value);
        Assert.Throws<InvariantViolationException>(() => view.TryGet("a"u8, -1, out _));
        Assert.Throws<InvariantViolationException>(() => view.TryGet("a"u8, 2, out _));
        Assert.Throws<InvariantViolationException>(() => view.TryGet("a"u8, 5, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Compact(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Compact(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Compact(5));
    }

    [Fact]
    [Trait("Scenario", "41")]
    public void Compacting_everything_away_does_not_lower_the_revision()
    {
        using MvccStore store = new(new MvccOptions());
        Put(store, "a", "1");
        Delete(store, "a");
        store.Compact(3);
        ReclaimAll(store);
        Assert.Equal(3, store.CurrentRevision);
        using MvccStore restored = MvccTransfer.Copy(store, new MvccOptions());
        Assert.Equal((3, 3), (restored.CurrentRevision, restored.CompactRevision));
        Put(restored, "b", "2");
        Assert.Equal(4, restored.CurrentRevision);
    }

    [Fact]
    [Trait("Scenario", "42")]
    public void A_deletion_at_the_compact_revision_can_still_be_watched_and_goes_with_the_next_compaction()
    {
        using MvccStore store = new(new MvccOptions());
        Put(store, "a", "1");
        Delete(store, "a");
        Put(store, "b", "2");
        store.Compact(3);
        ReclaimAll(store);
        Assert.Equal(["a@3.0 deleted", "b@4.0"], Events(store.WriterView, 3));
        Assert.Equal(2, store.Statistics.Records);
        using MvccStore restored = MvccTransfer.Copy(store, new MvccOptions());
        Assert.Equal(["a@3.0 deleted", "b@4.0"], Events(restored.WriterView, 3));
        foreach (MvccStore member in (MvccStore[])[store, restored])
        {
            member.Compact(4);
            ReclaimAll(member);
            Assert.Equal(["b@4.0"], Events(member.WriterView, 4));
            Assert.Equal(1, member.Statistics.Records);
        }
    }

    [Fact]
    [Trait("Scenario", "43")]
    [Trait("Scenario", "46")]
    public void The_progress_of_reclamation_is_not_visible()
    {
        using MvccStore eager = new(new MvccOptions());
        using MvccStore lazy = new(new MvccOptions());
        foreach (MvccStore member in (MvccStore[])[eager, lazy])
        {
            Put(member, "a", "1");
            Put(member, "a", "2");
            Delete(member, "a");
            Put(member, "a", "3");
            Put(member, "b", "4");
            member.Compact(5);
        }
        ReclaimAll(eager);
        Assert.True(eager.Statistics.Records < lazy.Statistics.Records);
        for (long revision = 2; revision < 5; revision++)
        {
            Assert.Throws<InvariantViolationException>(() => eager.WriterView.TryGet("a"u8, revision, out _));
            Assert.Throws<InvariantViolationException>(() => lazy.WriterView.TryGet("a"u8, revision, out _));
        }
        Assert.Equal(Events(eager.WriterView, 5), Events(lazy.WriterView, 5));
        Assert.Equal(eager.WriterView.Hash(5), lazy.WriterView.Hash(5));
        Assert.Equal(eager.WriterView.Hash(0), lazy.WriterView.Hash(0));
    }

    [Fact]
    [Trait("Scenario", "46")]
    public void The_hash_distinguishes_histories()
    {
        HashSet<uint> hashes = [];
        foreach ((string key, string value, long lease) in ((string, string, long)[])
            [("a", "1", 0), ("a", "2", 0), ("b", "1", 0), ("a", "1", 5), ("a1", "", 0), ("", "", 0)])
        {
            using MvccStore store = new(new MvccOptions());
            if (key.Length > 0)
            {
                Put(store, key, value, lease);
            }
            hashes.Add(store.WriterView.Hash(0));
        }
        Assert.Equal(6, hashes.Count);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    [Trait("Scenario", "46")]
    public void The_hash_sees_which_key_was_deleted(string deleted, string other)
    {
        using MvccStore store = new(new MvccOptions());
        using MvccStore differs = new(new MvccOptions());
        foreach (MvccStore member in (MvccStore[])[store, differs])
        {
            Put(member, "a", "1");
            Put(member, "b", "1");
        }
        Delete(store, deleted);
        Delete(differs, other);
        Assert.NotEqual(store.WriterView.Hash(0), differs.WriterView.Hash(0));
        Assert.Equal(store.WriterView.Hash(3), differs.WriterView.Hash(3));
    }

    [Fact]
    public void The_previous_version_is_found_unless_it_is_compacted()
    {
        using MvccStore store = new(new MvccOptions());
        Put(store, "a", "1");
        Put(store, "a", "2");
        Put(store, "a", "3");
        Assert.Equal(["", "1", "2"], Previous(store.WriterView, 2));
        store.Compact(3);
        Assert.Equal(["", "2"], Previous(store.WriterView, 3));
        ReclaimAll(store);
        Assert.Equal(["", "2"], Previous(store.WriterView, 3));
    }

    [Fact]
    public void A_long_history_of_one_key_is_searched_not_scanned()
    {
        using MvccStore store = new(new MvccOptions { PageBytes = 512 });
        for (int i = 0; i < 5000; i++)
        {
            Put(store, "hot", "x");
        }
        Put(store, "later", "y");
        Assert.True(store.WriterView.TryGet("hot"u8, 77, out MvccRecord old));
        Assert.Equal(77, old.ModRevision);
        Assert.Equal(2, store.WriterView.Count(All, All, 0));
        Assert.Equal(1, store.WriterView.Count(All, All, 100));
        store.Validate();
    }

    [Fact]
    public void Calls_out_of_place_are_refused()
    {
        using MvccStore store = new(new MvccOptions());
        Assert.Throws<InvariantViolationException>(() => store.Put("a"u8, "1"u8, 0));
        Assert.Throws<InvariantViolationException>(() => store.EndTxn());
        store.BeginTxn();
        Assert.Throws<InvariantViolationException>(store.BeginTxn);
        Assert.Throws<InvariantViolationException>(store.Publish);
        Assert.Throws<InvariantViolationException>(() => store.Compact(1));
        Assert.Throws<InvariantViolationException>(() => store.Reclaim(1));
    }

    [Theory]
    [InlineData(500, 64 * 1024, 4)]
    [InlineData(256, 64 * 1024, 4)]
    [InlineData(65536, 64 * 1024, 4)]
    [InlineData(4096, 1000, 4)]
    [InlineData(4096, 64 * 1024, 3)]
    public void Sizes_that_the_layout_cannot_represent_are_refused(int page, int segment, int slab)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new MvccStore(
            new MvccOptions { PageBytes = page, SegmentBytes = segment, InitialSlabUnits = slab }));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static void Put(MvccStore store, string key, string value, long lease = 0)
    {
        store.BeginTxn();
        store.Put(Bytes(key), Bytes(value), lease);
        store.EndTxn();
    }

    private static void Delete(MvccStore store, string key)
    {
        store.BeginTxn();
        Assert.Equal(1, store.Delete(Bytes(key), []));
        store.EndTxn();
    }

    private static void ReclaimAll(MvccStore store)
    {
        bool more = true;
        while (more)
        {
            more = store.Reclaim(2);
            store.Publish();
        }
    }

    private static List<string> Events(MvccView view, long from)
    {
        List<string> events = [];
        foreach (MvccRecord change in view.Events(from))
        {
            events.Add($"{Encoding.UTF8.GetString(change.Key)}@{change.ModRevision}.{change.SubRevision}"
                + (change.IsTombstone ? " deleted" : ""));
        }
        return events;
    }

    private static List<string> Previous(MvccView view, long from)
    {
        List<string> values = [];
        foreach (MvccRecord change in view.Events(from))
        {
            values.Add(view.TryGetPrevious(change, out MvccRecord before) ? Encoding.UTF8.GetString(before.Value) : "");
        }
        return values;
    }
}
