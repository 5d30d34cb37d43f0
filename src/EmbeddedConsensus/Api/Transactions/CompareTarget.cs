namespace EmbeddedConsensus;

/// <summary>What a transaction's condition looks at. The values are part of the log format: never renumber
/// them.</summary>
public enum CompareTarget
{
    /// <summary>The key's version; 0 for a key that does not exist.</summary>
    Version = 0,

    /// <summary>The key's create revision; 0 for a key that does not exist.</summary>
    CreateRevision = 1,

    /// <summary>The key's mod revision; 0 for a key that does not exist.</summary>
    ModRevision = 2,

    /// <summary>The key's value. False for a key that does not exist, whatever the relation.</summary>
    Value = 3,

    /// <summary>The id of the lease that the key is attached to; 0 for a key that is attached to none, or does not
    /// exist.</summary>
    Lease = 4,
}
