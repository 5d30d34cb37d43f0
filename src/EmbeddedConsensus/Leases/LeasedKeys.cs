using System.Runtime.InteropServices;

namespace EmbeddedConsensus.Leases;

/// <summary>
/// Which key is attached to which lease: a hash table by key, and for each lease a list in the order of the keys' last
/// changes. That order is the same on every member, also on one that was restored from a snapshot, because it is the
/// order of the keys' mod revisions.
/// </summary>
/// <param name="leases">The leases.</param>
internal sealed unsafe class LeasedKeys(SlotArray<Lease> leases) : IDisposable
{
    private const int InitialBuckets = 256;

    private readonly SlotArray<LeasedKey> _keys = new();
    private int[] _buckets = new int[InitialBuckets];

    /// <summary>How many keys are attached to a lease.</summary>
    public int Count => _keys.Count;

    /// <summary>The bytes of a key; valid until it is detached.</summary>
    public ReadOnlySpan<byte> this[int slot] => _keys[slot].Key;

    /// <summary>The key after another one of the same lease; 0 if it is the last.</summary>
    public int NextOf(int slot) => _keys[slot].Next;

    /// <summary>Attaches a key at the end of a lease's list, and detaches it from where it was.</summary>
    public void Attach(ReadOnlySpan<byte> key, int lease)
    {
        uint hash = Crc32C.Compute(key);
        int slot = Find(key, hash);
        if (slot == 0)
        {
            slot = Insert(key, hash);
        }
        else
        {
            Unlink(slot);
        }

        Link(slot, lease);
    }

    /// <summary>Detaches a key, if it is attached.</summary>
    public void Detach(ReadOnlySpan<byte> key)
    {
        if (_keys.Count > 0 && Find(key, Crc32C.Compute(key)) is int slot and not 0)
        {
            Detach(slot);
        }
    }

    /// <summary>Detaches a key.</summary>
    public void Detach(int slot)
    {
        Unlink(slot);
        ref LeasedKey key = ref _keys[slot];
        ref int link = ref BucketOf(key.Hash);
        while (link != slot)
        {
            link = ref _keys[link].NextInBucket;
        }

        link = key.NextInBucket;
        NativeMemory.Free(key.Bytes);
        _keys.Free(slot);
    }

    /// <summary>The slot of the lease that a key is attached to; 0 if it is attached to none.</summary>
    public int LeaseOf(ReadOnlySpan<byte> key) =>
        _keys.Count > 0 && Find(key, Crc32C.Compute(key)) is int slot and not 0 ? _keys[slot].Lease : 0;

    /// <inheritdoc />
    public void Dispose()
    {
        for (int slot = 1; slot <= _keys.LastSlot; slot++)
        {
            NativeMemory.Free(_keys[slot].Bytes);
            _keys[slot].Bytes = null;
        }
    }

    private ref int BucketOf(uint hash) => ref _buckets[hash & (uint)(_buckets.Length - 1)];

    private int Find(ReadOnlySpan<byte> key, uint hash)
    {
        int slot = BucketOf(hash);
        while (slot != 0 && (_keys[slot].Hash != hash || !_keys[slot].Key.SequenceEqual(key)))
        {
            slot = _keys[slot].NextInBucket;
        }

        return slot;
    }

    private int Insert(ReadOnlySpan<byte> key, uint hash)
    {
        if (_keys.Count >= _buckets.Length)
        {
            Grow();
        }

        byte* bytes = (byte*)NativeMemory.Alloc((nuint)Math.Max(1, key.Length));
        key.CopyTo(new Span<byte>(bytes, key.Length));
        ref int bucket = ref BucketOf(hash);
        int slot = _keys.Add(
            new LeasedKey { Bytes = bytes, Length = key.Length, Hash = hash, NextInBucket = bucket });
        bucket = slot;
        return slot;
    }

    private void Grow()
    {
        _buckets = new int[_buckets.Length * 2];
        for (int slot = 1; slot <= _keys.LastSlot; slot++)
        {
            ref LeasedKey key = ref _keys[slot];
            if (key.Bytes is not null)
            {
                ref int bucket = ref BucketOf(key.Hash);
                key.NextInBucket = bucket;
                bucket = slot;
            }
        }
    }

    private void Link(int slot, int leaseSlot)
    {
        ref Lease lease = ref leases[leaseSlot];
        ref LeasedKey key = ref _keys[slot];
        key.Lease = leaseSlot;
        key.Next = 0;
        key.Previous = lease.LastKey;
        if (lease.LastKey != 0)
        {
            _keys[lease.LastKey].Next = slot;
        }
        else
        {
            lease.FirstKey = slot;
        }

        lease.LastKey = slot;
        lease.KeyCount++;
    }

    private void Unlink(int slot)
    {
        ref LeasedKey key = ref _keys[slot];
        ref Lease lease = ref leases[key.Lease];
        if (key.Previous != 0)
        {
            _keys[key.Previous].Next = key.Next;
        }
        else
        {
            lease.FirstKey = key.Next;
        }

        if (key.Next != 0)
        {
            _keys[key.Next].Previous = key.Previous;
        }
        else
        {
            lease.LastKey = key.Previous;
        }

        lease.KeyCount--;
    }
}
