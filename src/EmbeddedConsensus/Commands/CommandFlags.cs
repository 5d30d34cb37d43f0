namespace EmbeddedConsensus.Commands;

/// <summary>The options of an encoded operation. The bits are part of the log format.</summary>
[Flags]
internal enum CommandFlags : byte
{
    /// <summary>No option.</summary>
    None = 0,

    /// <summary>Return what the keys held before.</summary>
    ReturnPrevious = 1,

    /// <summary>Leave the values out.</summary>
    KeysOnly = 2,

    /// <summary>Give the number of keys only.</summary>
    CountOnly = 4,

    /// <summary>Sort the largest first.</summary>
    Descending = 8,
}
