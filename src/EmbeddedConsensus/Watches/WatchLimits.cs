namespace EmbeddedConsensus.Watches;

/// <summary>The sizes of what is passed to a watch at once. A revision within <see cref="MaxEvents"/> and
/// <see cref="MaxBytes"/> is never split; a larger one is delivered in pieces.</summary>
internal static class WatchLimits
{
    /// <summary>The most events in one piece, and in the buffer of one group of watchers.</summary>
    public const int MaxEvents = 1_024;

    /// <summary>The bytes of keys and values from which on a piece, or the buffer of one group, is full.</summary>
    public const long MaxBytes = 4L << 20;

    /// <summary>A piece that has this many events ends with its revision.</summary>
    public const int PieceEvents = 512;

    /// <summary>A piece that has this many bytes ends with its revision.</summary>
    public const long PieceBytes = 256L << 10;

    /// <summary>The most changes scanned for one piece, so that a view is not pinned for long.</summary>
    public const int PieceScans = 65_536;

    // The objects of an event, without the bytes of its keys and values.
    private const int EventOverhead = 200;

    /// <summary>The memory that an event holds, in bytes; about.</summary>
    public static long SizeOf(WatchEvent item) =>
        EventOverhead + item.KeyValue.Key.Length + item.KeyValue.Value.Length
        + (item.Previous is { } previous ? EventOverhead + previous.Key.Length + previous.Value.Length : 0);
}
