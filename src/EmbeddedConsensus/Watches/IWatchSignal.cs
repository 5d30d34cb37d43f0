namespace EmbeddedConsensus.Watches;

/// <summary>Wakes the reader of a watcher.</summary>
internal interface IWatchSignal
{
    /// <summary>There are events to take. Called on the apply thread, so it must only wake the reader and
    /// return.</summary>
    void Wake();
}
