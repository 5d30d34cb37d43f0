namespace EmbeddedConsensus.Testing.Watches;

/// <summary>The guarantees of a watch.</summary>
public enum WatchProperty
{
    /// <summary>Revisions never go down, and within a revision events come in the order in which the changes were
    /// made.</summary>
    Ordered = 0,

    /// <summary>No event is delivered twice.</summary>
    Unique = 1,

    /// <summary>No event between the first and the last is missing, and none is invented.</summary>
    Reliable = 2,

    /// <summary>The events of one revision are not split: no event of another revision or response is between them,
    /// and the last of them is marked as such.</summary>
    Atomic = 3,

    /// <summary>A watch that starts at a revision delivers everything from there on: resuming after the last revision
    /// delivered by an earlier watch loses nothing and repeats nothing.</summary>
    Resumable = 4,

    /// <summary>A bookmark means that everything up to its revision was delivered.</summary>
    Bookmarkable = 5,
}
