namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Reads the table of applied proposals.</summary>
internal sealed class ProposalSessionsReader() : BufferedSectionReader(SectionTag.ProposalSessions, MaxBytes)
{
    // Every session has a bounded window, and a cluster has few members: far more than that is damage.
    private const int MaxBytes = 16 << 20;

    /// <summary>The table, once all of it was read.</summary>
    /// <exception cref="SnapshotFormatException">It is damaged.</exception>
    public ProposalSessions Complete()
    {
        try
        {
            return ProposalSessions.Decode(Encoded);
        }
        catch (InvariantViolationException exception)
        {
            throw new SnapshotFormatException($"The table of applied proposals is damaged: {exception.Message}");
        }
    }
}
