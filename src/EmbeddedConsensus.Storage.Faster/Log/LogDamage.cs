namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>Errors about a log that cannot be trusted.</summary>
internal static class LogDamage
{
    /// <summary>What an operator can do about it.</summary>
    public const string WhatToDo =
        "Do not start the member from this folder: entries that it acknowledged may be gone. Put a member with a new "
        + "id and an empty folder in its place, with IClusterManager.ReplaceMemberAsync on one that runs. Restore the "
        + "folder only from a copy of this very member taken after it last ran.";

    /// <summary>Damage at an address of the log.</summary>
    /// <param name="files">The files.</param>
    /// <param name="geometry">Their layout.</param>
    /// <param name="address">Where the damage begins.</param>
    /// <param name="what">What is wrong.</param>
    public static StorageCorruptedException At(
        ISegmentFiles files, LogGeometry geometry, long address, string what)
    {
        string file = files.Name(geometry.Segment(address));
        long offset = geometry.OffsetInSegment(address);
        return new StorageCorruptedException(file, offset, $"{what} (file {file}, offset {offset}). {WhatToDo}");
    }
}
