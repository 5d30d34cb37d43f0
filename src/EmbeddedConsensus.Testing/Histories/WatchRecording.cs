namespace EmbeddedConsensus.Testing.Histories;

/// <summary>Everything that one watch delivered.</summary>
public sealed record WatchRecording
{
    /// <summary>The name of the watch, for explanations.</summary>
    public string Name { get; init; } = "";

    /// <summary>The keys that it watches.</summary>
    public required KeyRange Range { get; init; }

    /// <summary>The options of the watch.</summary>
    public WatchOptions Options { get; init; } = new();

    /// <summary>What it delivered, in order.</summary>
    public IReadOnlyList<WatchRecord> Records { get; init; } = [];
}
