namespace EmbeddedConsensus.Watches;

/// <summary>Wakes the reader of a watcher.</summary>
internal interface IWatchSignal
{
    /// <summary>There may be events to take. Called on the thread that distributes events, so it must only wake the
    /// reader and return.</summary>
    void Wake();
}
