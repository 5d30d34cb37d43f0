namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>Every change that a store made, by revision.</summary>
public sealed class RevisionLog
{
    private readonly IReadOnlyList<WatchEvent>[] _events;

    /// <summary>A log of changes.</summary>
    /// <param name="initialRevision">The revision before the first change.</param>
    /// <param name="events">For each revision after it, in order, the changes in the order in which they were made,
    /// with what the keys held before.</param>
    public RevisionLog(long initialRevision, IEnumerable<IReadOnlyList<WatchEvent>> events)
    {
        InitialRevision = initialRevision;
        _events = [.. events];
    }

    /// <summary>The revision before the first change.</summary>
    public long InitialRevision { get; }

    /// <summary>The newest revision.</summary>
    public long LastRevision => InitialRevision + _events.Length;

    /// <summary>The changes that made a revision.</summary>
    /// <param name="revision">A revision after <see cref="InitialRevision"/>, up to
    /// <see cref="LastRevision"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The log does not have the revision.</exception>
    public IReadOnlyList<WatchEvent> At(long revision)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(revision, InitialRevision);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(revision, LastRevision);
        return _events[revision - InitialRevision - 1];
    }
}
