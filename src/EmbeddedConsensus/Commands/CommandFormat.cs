namespace EmbeddedConsensus.Commands;

/// <summary>The versions of the command format. A cluster writes the newest version that all its members read (design
/// decision D14).</summary>
internal static class CommandFormat
{
    /// <summary>The oldest version that is read: a header with room for extensions, length-prefixed operations, and a
    /// CRC-32C. Versions 1 and 2 were never released.</summary>
    public const byte First = 3;

    /// <summary>The newest version that this code writes and reads.</summary>
    public const byte Newest = 3;

    /// <summary>No version: a look for malformed commands leaves aside what this release does not know.</summary>
    public const byte Any = byte.MaxValue;

    /// <summary>The version that a cluster writes.</summary>
    /// <param name="newestWritten">The newest version that this member may write.</param>
    /// <param name="newestReadByAll">The newest version that every member is known to read; lower than
    /// <see cref="First"/> while a member is not yet heard of.</param>
    public static byte Agreed(byte newestWritten, uint newestReadByAll) =>
        (byte)Math.Max(First, Math.Min(newestWritten, newestReadByAll));
}
