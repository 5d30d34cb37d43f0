namespace EmbeddedConsensus.Leases;

/// <summary>A key that is attached to a lease. Its bytes are in native memory.</summary>
internal unsafe struct LeasedKey
{
    /// <summary>The bytes.</summary>
    public byte* Bytes;

    /// <summary>How many.</summary>
    public int Length;

    /// <summary>The hash of the bytes.</summary>
    public uint Hash;

    /// <summary>The next key with the same place in the hash table.</summary>
    public int NextInBucket;

    /// <summary>The slot of the lease.</summary>
    public int Lease;

    /// <summary>The lease's key before this one.</summary>
    public int Previous;

    /// <summary>The lease's key after this one.</summary>
    public int Next;

    /// <summary>The bytes.</summary>
    public readonly ReadOnlySpan<byte> Key => new(Bytes, Length);
}
