namespace EmbeddedConsensus.Testing.Histories;

/// <summary>How a call ended, as far as its caller knows.</summary>
public enum CallOutcome
{
    /// <summary>Unknown: it timed out, was cancelled, its connection was lost or its process died. It may take effect
    /// at any time after its start, or never.</summary>
    Unknown = 0,

    /// <summary>It took effect between its start and its return, and returned a result.</summary>
    Succeeded = 1,

    /// <summary>It did not take effect and never will.</summary>
    Failed = 2,
}
