namespace EmbeddedConsensus;

/// <summary>What happened to a key.</summary>
public enum WatchEventType
{
    /// <summary>It was put.</summary>
    Put = 0,

    /// <summary>It was deleted.</summary>
    Delete = 1,
}
