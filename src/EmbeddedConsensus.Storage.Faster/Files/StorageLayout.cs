using System.Globalization;

namespace EmbeddedConsensus.Storage.Faster.Files;

/// <summary>The names of the files in a member's folder.</summary>
internal static class StorageLayout
{
    /// <summary>Held open exclusively while the directory is in use.</summary>
    public const string Lock = "lock";

    /// <summary>Marks the directory as ours, with its format version and the log whose records belong here.</summary>
    public const string Format = "format";

    /// <summary>How long the log is known to have been.</summary>
    public const string LogEnd = "log.end";

    /// <summary>Takes space that a start may need when the disk is full.</summary>
    public const string Reserve = "reserve";

    /// <summary>The suffix of unfinished files, which are removed when the directory is opened.</summary>
    public const string TemporarySuffix = ".tmp";

    private const string SegmentPrefix = "log.";
    private const string SnapshotPrefix = "snapshot-";
    private const string SnapshotSuffix = ".snap";

    /// <summary>The name of a file of the log.</summary>
    /// <param name="segment">Its number.</param>
    public static string Segment(int segment) =>
        string.Create(CultureInfo.InvariantCulture, $"{SegmentPrefix}{segment:d10}");

    /// <summary>Whether a name is that of a file of the log.</summary>
    /// <param name="name">The name, without folder.</param>
    /// <param name="segment">The file's number.</param>
    public static bool TryParseSegment(string name, out int segment)
    {
        segment = 0;
        return name.StartsWith(SegmentPrefix, StringComparison.Ordinal)
            && int.TryParse(
                name.AsSpan(SegmentPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out segment)
            && name == Segment(segment);
    }

    /// <summary>The name of a snapshot.</summary>
    /// <param name="index">The index that it reaches to.</param>
    public static string Snapshot(ulong index) =>
        string.Create(CultureInfo.InvariantCulture, $"{SnapshotPrefix}{index:d20}{SnapshotSuffix}");

    /// <summary>Whether a name is that of a published snapshot.</summary>
    /// <param name="name">The name, without folder.</param>
    /// <param name="index">The index that it reaches to.</param>
    public static bool TryParseSnapshot(string name, out ulong index)
    {
        index = 0;
        return name.StartsWith(SnapshotPrefix, StringComparison.Ordinal)
            && name.EndsWith(SnapshotSuffix, StringComparison.Ordinal)
            && ulong.TryParse(
                name.AsSpan()[SnapshotPrefix.Length..^SnapshotSuffix.Length], NumberStyles.None,
                CultureInfo.InvariantCulture, out index)
            && name == Snapshot(index);
    }

    /// <summary>Whether a name is that of a file which only a member's folder has.</summary>
    /// <param name="name">The name, without folder.</param>
    public static bool IsOfMember(string name) =>
        name is LogEnd or Reserve || TryParseSegment(name, out _) || TryParseSnapshot(name, out _);
}
