namespace EmbeddedConsensus.Commands;

/// <summary>An operation in an encoded transaction. The values are part of the log format: never renumber
/// them.</summary>
internal enum OperationKind : byte
{
    /// <summary>A put.</summary>
    Put = 1,

    /// <summary>A delete of a range.</summary>
    Delete = 2,

    /// <summary>A read of a range.</summary>
    Range = 3,

    /// <summary>An inner transaction.</summary>
    Txn = 4,
}
