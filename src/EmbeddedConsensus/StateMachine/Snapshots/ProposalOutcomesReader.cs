namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Reads what became of the members' latest proposals.</summary>
internal sealed class ProposalOutcomesReader() : BufferedSectionReader(SectionTag.ProposalOutcomes, MaxBytes)
{
    // As for the table of applied proposals.
    private const int MaxBytes = 16 << 20;

    /// <summary>Adds the outcomes to the table of the same snapshot, once all of both was read. A snapshot may be
    /// without.</summary>
    /// <exception cref="SnapshotFormatException">The section is damaged.</exception>
    public void Complete(ProposalSessions sessions)
    {
        if (Encoded.IsEmpty)
        {
            return;
        }

        try
        {
            sessions.DecodeOutcomes(Encoded);
        }
        catch (InvariantViolationException exception)
        {
            throw new SnapshotFormatException($"The outcomes of proposals are damaged: {exception.Message}");
        }
    }
}
