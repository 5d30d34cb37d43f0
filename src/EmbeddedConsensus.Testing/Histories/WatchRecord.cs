namespace EmbeddedConsensus.Testing.Histories;

/// <summary>Something that a watch was given: events, or a bookmark.</summary>
public sealed record WatchRecord
{
    /// <summary>The events, in order: those of one response where the watch is served in responses, otherwise one.
    /// Empty for a bookmark.</summary>
    public IReadOnlyList<WatchEvent> Events { get; init; } = [];

    /// <summary>The revision up to which everything has been given, when this is a bookmark; otherwise 0.</summary>
    public long Bookmark { get; init; }

    /// <summary>One event.</summary>
    /// <param name="watchEvent">The event.</param>
    public static WatchRecord Of(WatchEvent watchEvent) => new() { Events = [watchEvent] };

    /// <summary>The notice that everything up to a revision has been given.</summary>
    /// <param name="revision">The revision.</param>
    public static WatchRecord BookmarkAt(long revision) => new() { Bookmark = revision };
}
