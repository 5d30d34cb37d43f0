namespace EmbeddedConsensus;

/// <summary>One step of an observed range: see <see cref="IKeyValueStore.ObserveAsync"/>.</summary>
public sealed record Observation
{
    /// <summary>A step to be set.</summary>
    public Observation()
    {
    }

    internal Observation(ObservationKind kind, long revision)
    {
        Kind = kind;
        Revision = revision;
    }

    /// <summary>What the step reports.</summary>
    public ObservationKind Kind { get; init; }

    /// <summary>The revision of the snapshot, of the change, or of the progress.</summary>
    public long Revision { get; init; }

    /// <summary>The key of a <see cref="ObservationKind.Item"/>; otherwise null.</summary>
    public KeyValue? Item { get; init; }

    /// <summary>The event of a <see cref="ObservationKind.Change"/>; otherwise null.</summary>
    public WatchEvent? Change { get; init; }
}
