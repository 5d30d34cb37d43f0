namespace EmbeddedConsensus.Testing.Histories;

/// <summary>What one watch was given, from its beginning to its end.</summary>
public sealed record WatchRecording
{
    /// <summary>Which watch it is, for explanations.</summary>
    public string Name { get; init; } = "";

    /// <summary>The keys that it watches.</summary>
    public required KeyRange Range { get; init; }

    /// <summary>Where it began, and what it gives.</summary>
    public WatchOptions Options { get; init; } = new();

    /// <summary>What it was given, in order.</summary>
    public IReadOnlyList<WatchRecord> Records { get; init; } = [];
}
