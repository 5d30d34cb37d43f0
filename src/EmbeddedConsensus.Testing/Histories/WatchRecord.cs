namespace EmbeddedConsensus.Testing.Histories;

/// <summary>What a watch delivered: events, or a bookmark.</summary>
public sealed record WatchRecord
{
    /// <summary>The events, in order: those of one response where the watch is served in responses, otherwise one.
    /// Empty for a bookmark.</summary>
    public IReadOnlyList<WatchEvent> Events { get; init; } = [];

    /// <summary>For a bookmark, the revision up to which everything was delivered; otherwise 0.</summary>
    public long Bookmark { get; init; }

    /// <summary>One event.</summary>
    /// <param name="watchEvent">The event.</param>
    public static WatchRecord Of(WatchEvent watchEvent) => new() { Events = [watchEvent] };

    /// <summary>The notice that everything up to a revision was delivered.</summary>
    /// <param name="revision">The revision.</param>
    public static WatchRecord BookmarkAt(long revision) => new() { Bookmark = revision };
}
