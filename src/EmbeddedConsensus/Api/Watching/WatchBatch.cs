namespace EmbeddedConsensus;

/// <summary>The changes of one revision that a watch selects, or, without events, the progress of the watch.</summary>
public sealed record WatchBatch
{
    /// <summary>A batch without events; set the properties that a test needs.</summary>
    public WatchBatch()
    {
    }

    internal WatchBatch(long revision, IReadOnlyList<WatchEvent> events, bool isPartial = false)
    {
        Revision = revision;
        Events = events;
        IsPartial = isPartial;
    }

    /// <summary>The revision up to which the watch has delivered every change: <see cref="Revision"/> + 1 is the
    /// revision to resume from, unless the batch <see cref="IsPartial"/>. With events it is the revision that made
    /// them.</summary>
    public long Revision { get; init; }

    /// <summary>Whether more batches of the same revision follow: to resume, <see cref="Revision"/> has to be watched
    /// again as a whole. Only a revision with more than 1,024 events, or 4 MiB of them, is delivered in
    /// pieces.</summary>
    public bool IsPartial { get; init; }

    /// <summary>The changes of the revision that the watch selects, in order: all of them, unless the batch
    /// <see cref="IsPartial"/>; empty when the batch reports progress
    /// only.
    /// </summary>
    public IReadOnlyList<WatchEvent> Events { get => field ?? []; init; }

    /// <summary>Whether the batch has no events and only reports how far the watch has come.</summary>
    public bool IsProgress => Events.Count == 0;
}
