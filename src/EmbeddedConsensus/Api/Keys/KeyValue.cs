using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus;

/// <summary>A key with its value, as of one revision. The bytes belong to the receiver.</summary>
public sealed record KeyValue
{
    /// <summary>A key with no value, revision or lease; set the properties that a test needs.</summary>
    public KeyValue()
    {
    }

    [SetsRequiredMembers]
    internal KeyValue(Key key, Value value, long createRevision, long modRevision, long version, long lease = 0)
    {
        Key = key;
        Value = value;
        CreateRevision = createRevision;
        ModRevision = modRevision;
        Version = version;
        Lease = lease;
    }

    /// <summary>The key.</summary>
    public required Key Key { get; init; }

    /// <summary>The value; empty in a range that asked for keys only.</summary>
    public Value Value { get; init; }

    /// <summary>The revision at which the key was created, after it was last deleted; at least 2.</summary>
    public long CreateRevision { get; init; }

    /// <summary>The revision of the key's last change.</summary>
    public long ModRevision { get; init; }

    /// <summary>The number of changes since the key was created; 1 for a new key.</summary>
    public long Version { get; init; }

    /// <summary>The id of the lease that the key is attached to; 0 when there is none.</summary>
    public long Lease { get; init; }
}
