namespace EmbeddedConsensus.Commands;

/// <summary>What an operation does, as a command of its own or inside a transaction. The values are part of the log
/// format: never renumber them.</summary>
internal enum OperationKind : byte
{
    /// <summary>Puts a key.</summary>
    Put = 1,

    /// <summary>Deletes a range of keys.</summary>
    Delete = 2,

    /// <summary>Reads a range of keys.</summary>
    Range = 3,

    /// <summary>Runs a transaction.</summary>
    Txn = 4,

    /// <summary>Compacts the history.</summary>
    Compact = 5,

    /// <summary>Retracts the proposal whose id it has.</summary>
    Retract = 6,

    /// <summary>Grants a lease.</summary>
    LeaseGrant = 7,

    /// <summary>Revokes a lease, and deletes its keys or a first piece of them.</summary>
    LeaseRevoke = 8,

    /// <summary>Renews leases.</summary>
    LeaseKeepAlive = 9,

    /// <summary>Ends leases that have expired, and deletes a piece of the keys of those that have ended.</summary>
    LeaseExpire = 10,

    /// <summary>Notes how much of the time of leases is left.</summary>
    LeaseCheckpoint = 11,
}
