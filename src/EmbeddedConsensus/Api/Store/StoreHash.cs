namespace EmbeddedConsensus;

/// <summary>A hash over a replica's data.</summary>
public readonly record struct StoreHash
{
    internal StoreHash(uint hash, long revision, long compactRevision)
    {
        Hash = hash;
        Revision = revision;
        CompactRevision = compactRevision;
    }

    /// <summary>The hash over all keys, values and history up to <see cref="Revision"/>.</summary>
    public uint Hash { get; init; }

    /// <summary>The revision up to which the hash was taken.</summary>
    public long Revision { get; init; }

    /// <summary>The revision below which history is compacted. Hashes compare only between members with the same
    /// compact revision.</summary>
    public long CompactRevision { get; init; }
}
