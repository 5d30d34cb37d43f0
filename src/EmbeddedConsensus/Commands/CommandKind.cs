namespace EmbeddedConsensus.Commands;

/// <summary>What a command does. The values are part of the log format: never renumber them.</summary>
internal enum CommandKind : byte
{
    /// <summary>Puts one key: the common case, without the frame of a transaction.</summary>
    Put = 1,

    /// <summary>Deletes a range of keys.</summary>
    Delete = 2,

    /// <summary>Runs a transaction.</summary>
    Txn = 3,

    /// <summary>Compacts the history.</summary>
    Compact = 4,
}
