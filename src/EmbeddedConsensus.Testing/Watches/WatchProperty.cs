namespace EmbeddedConsensus.Testing.Watches;

/// <summary>What a watch promises.</summary>
public enum WatchProperty
{
    /// <summary>Revisions never go down, and within a revision events come in the order in which the changes were
    /// made.</summary>
    Ordered = 0,

    /// <summary>No event comes twice.</summary>
    Unique = 1,

    /// <summary>No event is left out between the first and the last, and none is made up.</summary>
    Reliable = 2,

    /// <summary>The events of one revision are not split: none of another revision or response comes between
    /// them, and the last of them says that it is.</summary>
    Atomic = 3,

    /// <summary>A watch that begins at a revision is given everything from there on: going on behind the last revision
    /// that was given to an earlier watch loses nothing and repeats nothing.</summary>
    Resumable = 4,

    /// <summary>A bookmark says that everything up to its revision has been given.</summary>
    Bookmarkable = 5,
}
