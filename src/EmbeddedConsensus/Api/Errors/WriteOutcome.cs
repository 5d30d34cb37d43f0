namespace EmbeddedConsensus;

/// <summary>What became of a write whose call ended without an answer. It is final: it neither changes nor depends on
/// the replica that reports it.</summary>
public sealed record WriteOutcome
{
    internal WriteOutcome(bool wasExecuted, long? revision)
    {
        WasExecuted = wasExecuted;
        Revision = revision;
    }

    /// <summary>Whether the write was executed, once. When false it changed nothing and never will: calling again does
    /// no harm.</summary>
    public bool WasExecuted { get; }

    /// <summary>The store's revision after the write. Null when it was not executed, and when the replica caught up by
    /// a snapshot that no longer holds the revision: it holds those of the last 256 writes made at each
    /// member.</summary>
    public long? Revision { get; }
}
