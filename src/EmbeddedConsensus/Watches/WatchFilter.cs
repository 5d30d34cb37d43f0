namespace EmbeddedConsensus.Watches;

/// <summary>Which changes of its keys a watch selects, and with what. Watchers with the same range and filter form a
/// group.</summary>
/// <param name="SkipPuts">Leave out puts.</param>
/// <param name="SkipDeletes">Leave out deletes.</param>
/// <param name="IncludePrevious">Add what the key held before.</param>
internal readonly record struct WatchFilter(bool SkipPuts, bool SkipDeletes, bool IncludePrevious)
{
    /// <summary>The filter of a watch.</summary>
    public static WatchFilter Of(WatchOptions options) =>
        new(options.SkipPuts, options.SkipDeletes, options.IncludePrevious);

    /// <summary>Whether a change of this kind is selected.</summary>
    public bool Selects(bool isDelete) => isDelete ? !SkipDeletes : !SkipPuts;
}
