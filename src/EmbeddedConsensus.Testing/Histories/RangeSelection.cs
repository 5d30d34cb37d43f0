namespace EmbeddedConsensus.Testing.Histories;

/// <summary>What the bounds on revisions of a range read select, as models of the store see it.</summary>
internal static class RangeSelection
{
    /// <summary>Whether a read may leave out keys because of their revisions.</summary>
    public static bool IsFiltered(this RangeOptions options) =>
        options is not { MinModRevision: 0, MaxModRevision: 0, MinCreateRevision: 0, MaxCreateRevision: 0 };

    /// <summary>Whether a read returns an item of its range.</summary>
    public static bool Selects(this RangeOptions options, KeyValue item) =>
        item.ModRevision >= options.MinModRevision
        && (options.MaxModRevision == 0 || item.ModRevision <= options.MaxModRevision)
        && item.CreateRevision >= options.MinCreateRevision
        && (options.MaxCreateRevision == 0 || item.CreateRevision <= options.MaxCreateRevision);
}
