namespace EmbeddedConsensus.Watches;

/// <summary>Wakes whoever reads a watcher.</summary>
internal interface IWatchSignal
{
    /// <summary>There is something to take. Called from the apply lane, so it only wakes and returns.</summary>
    void Wake();
}
