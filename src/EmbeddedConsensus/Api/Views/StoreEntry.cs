namespace EmbeddedConsensus;

/// <summary>A version of a key in the memory of the store: valid until its <see cref="StoreView"/> is
/// disposed.</summary>
public readonly ref struct StoreEntry
{
    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>The revision that created the key.</summary>
    public long CreateRevision { get; init; }

    /// <summary>The revision that wrote this version.</summary>
    public long ModRevision { get; init; }

    /// <summary>How many times the key was put since it was created, from 1.</summary>
    public long Version { get; init; }

    /// <summary>The attached lease, or 0.</summary>
    public long Lease { get; init; }
}
