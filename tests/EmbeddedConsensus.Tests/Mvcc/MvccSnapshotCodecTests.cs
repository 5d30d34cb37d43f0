using System.Buffers.Binary;
using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Tests.Mvcc;

public class MvccSnapshotCodecTests
{
    private static readonly byte[] All = [0];
    private static readonly MvccOptions Options = new() { PageBytes = 512, MaxRecordBytes = 4096 };

    [Fact]
    public void A_restored_store_continues_where_the_other_one_was()
    {
        using MvccStore store = Example();
        using MvccStore restored = MvccTransfer.Copy(store, Options);
        restored.Validate();
        Assert.Equal(store.CurrentRevision, restored.CurrentRevision);
        Assert.Equal(store.CompactRevision, restored.CompactRevision);
        Assert.Equal(store.WriterView.Count(All, All, 0), restored.Statistics.Keys);
        using PinnedView published = restored.OpenView();
        Assert.Equal(store.WriterView.Hash(0), published.Hash(0));
        foreach (MvccStore member in (MvccStore[])[store, restored])
        {
            Change(member, 50);
            member.Compact(member.CurrentRevision - 3);
        }
        while (restored.Reclaim(10))
        {
            restored.Publish();
        }
        Assert.Equal(store.WriterView.Hash(0), restored.WriterView.Hash(0));
        restored.Validate();
    }

    [Fact]
    public void An_empty_store_can_be_sent()
    {
        using MvccStore store = new(Options);
        using MvccStore restored = MvccTransfer.Copy(store, Options);
        Assert.Equal(1, restored.CurrentRevision);
        Assert.Equal(0, restored.Statistics.Records);
    }

    [Fact]
    public void The_encoding_does_not_depend_on_piece_sizes_or_on_reclamation()
    {
        using MvccStore store = Example();
        byte[] whole = MvccTransfer.Encode(store, int.MaxValue);
        Assert.Equal(whole, MvccTransfer.Encode(store, 1));
        while (store.Reclaim(1))
        {
            store.Publish();
        }
        Assert.Equal(whole, MvccTransfer.Encode(store, 77));
    }

    [Fact]
    public void A_truncated_stream_is_refused()
    {
        byte[] bytes = Encoded();
        for (int length = 0; length < bytes.Length; length++)
        {
            AssertDamaged(bytes.AsSpan(0, length), pieceBytes: 1 + length % 97);
        }
    }

    [Fact]
    public void Any_flipped_bit_is_detected()
    {
        byte[] bytes = Encoded();
        for (int bit = 0; bit < bytes.Length * 8; bit += 41)
        {
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            AssertDamaged(bytes, pieceBytes: 1 + bit % 500);
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void Bytes_after_the_end_are_refused()
        => AssertDamaged([.. Encoded(), 0], pieceBytes: 100);

    [Fact]
    public void Damage_with_a_valid_checksum_is_refused_or_loads_a_consistent_store()
    {
        byte[] bytes = Encoded();
        Random random = new(5);
        int accepted = 0;
        for (int run = 0; run < 4000; run++)
        {
            byte[] damaged = (byte[])bytes.Clone();
            for (int i = 0; i <= run % 3; i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }
            WriteChecksum(damaged);
            try
            {
                using MvccStore store = MvccTransfer.Decode(damaged, Options, 1 + run % 300);
                Exercise(store);
                accepted++;
            }
            catch (MvccSnapshotDamagedException)
            {
                continue;
            }
        }
        // Values and leases are arbitrary, so some damage must pass.
        Assert.InRange(accepted, 1, 3999);
    }

    [Fact]
    public void A_length_above_the_limit_is_refused_before_anything_is_allocated_for_it()
    {
        byte[] bytes = Encoded();
        BinaryPrimitives.WriteInt32LittleEndian(
            bytes.AsSpan(MvccSnapshotFormat.HeaderBytes + 6), Options.MaxRecordBytes);
        using MvccSnapshotDecoder decoder = new(Options);
        MvccSnapshotDamagedException refused = Assert.Throws<MvccSnapshotDamagedException>(() => decoder.Feed(bytes));
        Assert.Equal(MvccSnapshotFormat.HeaderBytes, refused.Offset);
        Assert.Throws<MvccSnapshotDamagedException>(() => decoder.Feed(bytes));
        Assert.Throws<MvccSnapshotDamagedException>(() => decoder.Complete());
    }

    [Fact]
    public void A_decoder_returns_its_store_once()
    {
        using MvccSnapshotDecoder decoder = new(Options);
        decoder.Feed(Encoded());
        using MvccStore store = decoder.Complete();
        Assert.Throws<ObjectDisposedException>(() => decoder.Complete());
        Assert.Throws<ObjectDisposedException>(() => decoder.Feed([1]));
    }

    [Fact]
    public void An_encoder_fails_after_its_view_is_disposed()
    {
        using MvccStore store = Example();
        PinnedView pinned = store.OpenView();
        MvccSnapshotEncoder encoder = new(pinned);
        System.Buffers.ArrayBufferWriter<byte> bytes = new();
        Assert.True(encoder.WriteNext(bytes, 10));
        pinned.Dispose();
        Assert.Throws<ObjectDisposedException>(() => encoder.WriteNext(bytes, 10));
    }

    // A damaged store may be nonsense, but every operation on it must keep its own invariants.
    private static void Exercise(MvccStore store)
    {
        store.Validate();
        store.WriterView.Hash(0);
        if (store.CurrentRevision > long.MaxValue / 2)
        {
            return;
        }
        Change(store, 10);
        store.Compact(store.CurrentRevision);
        while (store.Reclaim(100))
        {
            store.Publish();
        }
        store.Validate();
    }

    private static void AssertDamaged(ReadOnlySpan<byte> bytes, int pieceBytes)
    {
        try
        {
            MvccTransfer.Decode(bytes, Options, pieceBytes).Dispose();
        }
        catch (MvccSnapshotDamagedException)
        {
            return;
        }
        Assert.Fail("The damaged stream was taken.");
    }

    private static void WriteChecksum(byte[] bytes)
        => BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(bytes.Length - 4), Crc32C.Compute(bytes.AsSpan(0, bytes.Length - 4)));

    private static byte[] Encoded()
    {
        using MvccStore store = Example();
        return MvccTransfer.Encode(store);
    }

    private static MvccStore Example()
    {
        MvccStore store = new(Options);
        Change(store, 0);
        store.Compact(12);
        Change(store, 20);
        store.Publish();
        return store;
    }

    private static void Change(MvccStore store, int seed)
    {
        for (int i = seed; i < seed + 20; i++)
        {
            store.BeginTxn();
            store.Put([(byte)(i % 9), .. new byte[i % 4 * 20]], new byte[i % 6 * 10], i % 3);
            store.Put([200, (byte)(i % 5)], [(byte)i], 0);
            if (i % 4 == 0)
            {
                store.Delete([3], [7]);
            }
            store.EndTxn();
        }
    }
}
