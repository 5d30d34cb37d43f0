namespace EmbeddedConsensus.Testing.Histories;

/// <summary>How a call ended, as far as its caller knows.</summary>
public enum CallOutcome
{
    /// <summary>Nobody knows: it timed out, was cancelled, its connection was lost or its process died. It may take
    /// effect at any time behind its beginning, or never.</summary>
    Unknown = 0,

    /// <summary>It took effect between its beginning and its return, and answered.</summary>
    Succeeded = 1,

    /// <summary>It did not take effect and never will.</summary>
    Failed = 2,
}
