using System.Buffers.Binary;
using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Tests.Mvcc;

public class MvccConcurrencyTests
{
    private const int Accounts = 200;
    private const int Total = Accounts * 100;
    private const int Batches = 1500;
    private const int Readers = 3;
    private static readonly byte[] All = [0];
    private static readonly MvccOptions Options = new()
    {
        PageBytes = 512, SegmentBytes = 16 * 1024, InitialSlabUnits = 1,
    };

    [Fact]
    public async Task Concurrent_readers_always_see_whole_transactions_and_intact_values()
    {
        using MvccStore store = OpenAccounts();
        using CancellationTokenSource writing = new();
        using Barrier start = new(Readers + 1);
        Task<int>[] readers = [.. Enumerable.Range(0, Readers).Select(i => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(TimeSpan.FromMinutes(1));
                return ReadWhile(store, i, writing.Token);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        start.SignalAndWait(TimeSpan.FromMinutes(1));
        try
        {
            for (int batch = 0; batch < Batches; batch++)
            {
                WriteBatch(store, batch);
            }
        }
        finally
        {
            await writing.CancelAsync();
        }
        int[] reads = await Task.WhenAll(readers);
        Assert.All(reads, count => Assert.True(count > 0));
        store.Publish();
        Assert.Equal(0, store.Statistics.PinnedReaders);
        store.Validate();
    }

    [Fact]
    public async Task Snapshots_that_race_with_disposal_either_open_whole_or_are_refused()
    {
        for (int round = 0; round < 50; round++)
        {
            MvccStore store = OpenAccounts();
            using Barrier start = new(Readers + 1);
            Task[] readers = [.. Enumerable.Range(0, Readers).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait(TimeSpan.FromMinutes(1));
                    ReadUntilRefused(store);
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
            start.SignalAndWait(TimeSpan.FromMinutes(1));
            for (int batch = 0; batch < round % 5; batch++)
            {
                WriteBatch(store, batch);
            }
            store.Dispose();
            await Task.WhenAll(readers);
            Assert.Equal((0, 0), (store.Statistics.PinnedReaders, store.Statistics.AllocatedBytes));
        }
    }

    private static void ReadUntilRefused(MvccStore store)
    {
        while (true)
        {
            PinnedView pinned;
            try
            {
                pinned = store.OpenView();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            CheckSum(pinned.View, 0);
            pinned.Dispose();
        }
    }

    private static int ReadWhile(MvccStore store, int reader, CancellationToken writing)
    {
        int reads = 0;
        long lastRevision = 0;
        PinnedView held = store.OpenView();
        uint heldHash = held.Hash(0);
        while (reads == 0 || !writing.IsCancellationRequested)
        {
            using PinnedView pinned = store.OpenView();
            Assert.True(pinned.Revision >= lastRevision);
            lastRevision = pinned.Revision;
            long oldest = Math.Max(pinned.CompactRevision, 2);
            CheckSum(pinned.View, 0);
            CheckSum(pinned.View, oldest + (pinned.Revision - oldest) * (reads % 4) / 3);
            CheckEvents(pinned.View, oldest);
            if (++reads % (20 + reader) == 0)
            {
                Assert.Equal(heldHash, held.Hash(0));
                held.Dispose();
                held = store.OpenView();
                heldHash = held.Hash(0);
            }
        }
        held.Dispose();
        return reads;
    }

    private static void CheckSum(MvccView view, long revision)
    {
        long sum = 0;
        foreach (MvccRecord record in view.Range(All, All, revision))
        {
            sum += ReadAmount(record);
        }
        Assert.Equal(Total, sum);
    }

    private static void CheckEvents(MvccView view, long from)
    {
        (long Main, int Sub) last = (0, 0);
        foreach (MvccRecord change in view.Events(from))
        {
            Assert.True((change.ModRevision, change.SubRevision).CompareTo(last) > 0);
            last = (change.ModRevision, change.SubRevision);
            if (!change.IsTombstone)
            {
                ReadAmount(change);
            }
        }
        Assert.Equal(view.Revision, last.Main);
    }

    private static MvccStore OpenAccounts()
    {
        MvccStore store = new(Options);
        store.BeginTxn();
        for (int account = 0; account < Accounts; account++)
        {
            PutAmount(store, account, Total / Accounts, 0);
        }
        store.EndTxn();
        store.Publish();
        return store;
    }

    // Moves money between accounts and deletes empty ones. Each batch has several transactions.
    private static void WriteBatch(MvccStore store, int batch)
    {
        for (int i = 0; i < 8; i++)
        {
            int n = batch * 8 + i;
            int from = n * 7919 % Accounts;
            int to = (from + 1 + n % (Accounts - 1)) % Accounts;
            int available = Amount(store, from);
            int moved = n % 5 == 0 ? available : available / 3;
            int received = Amount(store, to) + moved;
            store.BeginTxn();
            if (available > 0 && available == moved)
            {
                Assert.Equal(1, store.Delete(Key(from), []));
            }
            else
            {
                PutAmount(store, from, available - moved, n);
            }
            PutAmount(store, to, received, n);
            store.EndTxn();
        }
        if (batch % 20 == 19)
        {
            store.Compact(store.CurrentRevision - 60);
        }
        store.Publish();
        store.Reclaim(25);
    }

    private static int Amount(MvccStore store, int account)
        => store.WriterView.TryGet(Key(account), 0, out MvccRecord record) ? ReadAmount(record) : 0;

    private static byte[] Key(int account)
        => account % 7 == 0
            ? [.. new byte[100], (byte)account, (byte)(account >> 8)]
            : [1, (byte)account, (byte)(account >> 8)];

    // The amount, then padding whose length differs from put to put, so that torn or reused bytes are detected.
    private static void PutAmount(MvccStore store, int account, int amount, int n)
    {
        byte[] value = new byte[8 + n * 31 % 900 + (n % 50 == 0 ? 5000 : 0)];
        value.AsSpan().Fill((byte)(amount * 31 + value.Length));
        BinaryPrimitives.WriteInt32LittleEndian(value, amount);
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(4), value.Length);
        store.Put(Key(account), value, n);
    }

    private static int ReadAmount(MvccRecord record)
    {
        ReadOnlySpan<byte> value = record.Value;
        int amount = BinaryPrimitives.ReadInt32LittleEndian(value);
        Assert.Equal(value.Length, BinaryPrimitives.ReadInt32LittleEndian(value[4..]));
        Assert.Equal(-1, value[8..].IndexOfAnyExcept((byte)(amount * 31 + value.Length)));
        return amount;
    }
}
