namespace EmbeddedConsensus;

/// <summary>How a transaction's condition compares. The values are part of the log format: never renumber
/// them.</summary>
public enum CompareRelation
{
    /// <summary>Equal.</summary>
    Equal = 0,

    /// <summary>The key's side is greater.</summary>
    Greater = 1,

    /// <summary>The key's side is less.</summary>
    Less = 2,

    /// <summary>Not equal.</summary>
    NotEqual = 3,
}
