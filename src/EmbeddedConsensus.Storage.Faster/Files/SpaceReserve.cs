using Microsoft.Win32.SafeHandles;

namespace EmbeddedConsensus.Storage.Faster.Files;

/// <summary>
/// Space on the disk that a start takes when the disk is full, so that the member can start, serve, take a snapshot and
/// free the log before it. A running store does not touch it.
/// </summary>
/// <param name="directory">The member's folder.</param>
/// <param name="bytes">How much a start needs, with a margin.</param>
internal sealed class SpaceReserve(StorageDirectory directory, long bytes)
{
    // A disk so small that the reserve would be a good part of it keeps none.
    private const int MinFreeReserves = 8;

    private readonly string _file = directory.File(StorageLayout.Reserve);

    /// <summary>Takes the space, unless it is taken or the disk is filling up.</summary>
    public void Keep()
    {
        FileInfo file = new(_file);
        if ((file.Exists && file.Length == bytes) || DiskErrors.FreeBytes(directory.Path) < MinFreeReserves * bytes)
        {
            return;
        }

        try
        {
            directory.Verify();
            using SafeFileHandle handle = File.OpenHandle(
                _file, FileMode.Create, FileAccess.Write, preallocationSize: bytes);
            RandomAccess.SetLength(handle, bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Taken at the next occasion: the member works without it.
        }
    }

    /// <summary>Returns the space to the disk.</summary>
    /// <returns>Whether there was any.</returns>
    public bool TryRelease()
    {
        FileInfo file = new(_file);
        bool isKept = file.Exists && file.Length > 0;
        file.Delete();
        return isKept;
    }
}
