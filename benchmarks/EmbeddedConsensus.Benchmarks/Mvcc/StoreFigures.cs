using System.Diagnostics;
using System.Globalization;
using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Benchmarks.Mvcc;

/// <summary>The store's figures in <c>docs/performance.md</c>, one verb each.</summary>
internal static class StoreFigures
{
    private const int Batch = 256;
    private const int History = 10_000;
    private const int ReclaimSteps = 512;
    private static readonly byte[] Value = new byte[256];
    private static readonly byte[] All = [0];

    /// <summary>The figure of a verb, or null.</summary>
    public static Action<string[]>? Find(string verb) => verb switch
    {
        "tree" => Tree,
        "reclaim-stall" => ReclaimStall,
        "range-page" => RangePage,
        "delete-stall" => DeleteStall,
        "history" => HistoryOfOneKey,
        "pinned-view" => PinnedViewHolds,
        _ => null,
    };

    private static void Tree(string[] args)
    {
        using FilledStore filled = new(Option(args, "--keys", 1_000_000), Value);
        MvccStore store = filled.Store;
        MvccStatistics full = store.Statistics;
        double data = filled.Keys.Count * (24.0 + Value.Length);
        Console.WriteLine($"overhead, bytes a key: used {(full.UsedBytes - data) / filled.Keys.Count:n1}, "
            + $"allocated {(full.AllocatedBytes - data) / filled.Keys.Count:n1}");
        BatchTimes.Measure(Batch, 3, () =>
        {
            for (int i = 0; i < Batch; i++)
            {
                using PinnedView view = store.OpenView();
                view.TryGet(filled.NextKey(), 0, out _);
            }
        }).Print("get");
        using (PinnedView view = store.OpenView())
        {
            BatchTimes.Measure(Batch, 3, () =>
            {
                for (int i = 0; i < Batch; i++)
                {
                    view.TryGet(filled.NextKey(), 0, out _);
                }
            }).Print("get in an open view");
            BatchTimes.Measure(1000, 3, () => ReadPage(view.View, filled.NextKey(), 1000)).Print("range, a key");
        }
        BatchTimes.Measure(Batch, 5, () =>
        {
            filled.PutBatch(Batch);
            filled.CompactAndReclaim(History, ReclaimSteps);
        }).Print("put with compaction");
    }

    private static void ReclaimStall(string[] args)
    {
        int keys = Option(args, "--keys", 500_000);
        using FilledStore filled = new(keys, Value);
        BatchTimes before = PutsOneByOne(filled, 20_000);
        before.Print("one put, nothing to reclaim");
        for (int i = 0; i < keys; i += Batch)
        {
            filled.PutBatch(Batch);
            filled.Store.Publish();
        }
        filled.Store.Compact(filled.Store.CurrentRevision);
        BatchTimes during = new();
        BatchTimes slices = new();
        bool more = true;
        while (more)
        {
            PutOne(filled, during);
            long start = Stopwatch.GetTimestamp();
            more = filled.Store.Reclaim(ReclaimSteps);
            filled.Store.Publish();
            slices.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }
        during.Print("one put, while reclaiming");
        slices.Print("a slice of reclamation");
        Console.WriteLine($"left: {filled.Store.Statistics}");
    }

    private static void RangePage(string[] args)
    {
        using FilledStore filled = new(Option(args, "--keys", 1_000_000), Value);
        int page = Option(args, "--page", 500);
        using PinnedView view = filled.Store.OpenView();
        long start = Stopwatch.GetTimestamp();
        byte[] next = All;
        long keys = 0;
        long counted = 0;
        for (bool more = true; more;)
        {
            counted = Math.Max(counted, view.Count(next, All, 0));
            int read = 0;
            MvccRangeCursor cursor = view.Range(next, All, 0);
            while (read < page && cursor.MoveNext())
            {
                read++;
            }
            keys += read;
            more = read == page;
            next = more ? [.. cursor.Current.Key, 0] : next;
        }
        Console.WriteLine(
            $"{keys:n0} of {counted:n0} keys in pages of {page}, with counts: "
            + $"{Stopwatch.GetElapsedTime(start).TotalSeconds:n3} s");
    }

    private static void DeleteStall(string[] args)
    {
        using FilledStore filled = new(Option(args, "--keys", 1_000_000), Value);
        MvccStore store = filled.Store;
        long start = Stopwatch.GetTimestamp();
        store.BeginTxn();
        long deleted = store.Delete(All, All);
        store.EndTxn();
        store.Publish();
        Console.WriteLine($"{deleted:n0} keys deleted in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:n0} ms");
        store.Compact(store.CurrentRevision);
        filled.PutBatch(1);
        store.Compact(store.CurrentRevision);
        start = Stopwatch.GetTimestamp();
        while (store.Reclaim(ReclaimSteps) || store.Statistics.RetiredItems > 0)
        {
            store.Publish();
        }
        store.Publish();
        Console.WriteLine(
            $"reclaimed in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:n0} ms: {store.Statistics}");
    }

    private static void HistoryOfOneKey(string[] args)
    {
        int versions = Option(args, "--versions", 100_000);
        using MvccStore store = new(new MvccOptions());
        for (int i = 0; i < versions; i++)
        {
            store.BeginTxn();
            store.Put("key"u8, Value, 0);
            store.EndTxn();
        }
        store.Publish();
        using PinnedView view = store.OpenView();
        long revision = 2;
        BatchTimes.Measure(1, 3, () =>
        {
            revision = 2 + (revision * 48_271 + 11) % versions;
            view.TryGet("key"u8, revision, out _);
        }).Print($"get at a revision, {versions:n0} versions");
    }

    private static void PinnedViewHolds(string[] args)
    {
        int puts = Option(args, "--puts", 256_000);
        using FilledStore filled = new(Option(args, "--keys", 10_000), Value);
        MvccStatistics before = filled.Store.Statistics;
        using PinnedView view = filled.Store.OpenView();
        for (int i = 0; i < puts; i += Batch)
        {
            filled.PutBatch(Batch);
            filled.CompactAndReclaim(1000, ReclaimSteps);
        }
        MvccStatistics after = filled.Store.Statistics;
        Console.WriteLine($"{puts:n0} puts past one view: from {before.AllocatedBytes / 1e6:n1} MB to "
            + $"{after.AllocatedBytes / 1e6:n1} MB, {after.RetiredItems:n0} items held back");
    }

    private static BatchTimes PutsOneByOne(FilledStore filled, int count)
    {
        BatchTimes times = new();
        for (int i = 0; i < count; i++)
        {
            PutOne(filled, times);
        }
        return times;
    }

    private static void PutOne(FilledStore filled, BatchTimes times)
    {
        long start = Stopwatch.GetTimestamp();
        filled.PutBatch(1);
        filled.Store.Publish();
        times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds);
    }

    private static long ReadPage(MvccView view, ReadOnlySpan<byte> start, int keys)
    {
        long bytes = 0;
        MvccRangeCursor cursor = view.Range(start, All, 0);
        while (keys-- > 0 && cursor.MoveNext())
        {
            bytes += cursor.Current.Value.Length;
        }
        return bytes;
    }

    private static int Option(string[] args, string name, int value)
    {
        int index = Array.IndexOf(args, name);
        return index < 0 ? value : int.Parse(args[index + 1], CultureInfo.InvariantCulture);
    }
}
