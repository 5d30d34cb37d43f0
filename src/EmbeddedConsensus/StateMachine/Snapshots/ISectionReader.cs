namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Reads one section of a snapshot.</summary>
internal interface ISectionReader
{
    /// <summary>The section.</summary>
    SectionTag Tag { get; }

    /// <summary>Reads the next bytes of the section, cut anywhere.</summary>
    /// <exception cref="SnapshotFormatException">They are damaged.</exception>
    void Feed(ReadOnlySpan<byte> piece);
}
