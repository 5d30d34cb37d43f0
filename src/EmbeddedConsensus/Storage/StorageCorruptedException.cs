namespace EmbeddedConsensus.Storage;

/// <summary>Data that had been made durable is damaged, so starting with it could lose what was acknowledged.</summary>
public sealed class StorageCorruptedException : StorageException
{
    /// <summary>Damage found in a file.</summary>
    /// <param name="file">The damaged file or folder.</param>
    /// <param name="offset">Where the damage begins, in bytes from the file's (or the log's) start.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public StorageCorruptedException(string file, long offset, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        File = file;
        Offset = offset;
    }

    /// <summary>The damaged file or folder.</summary>
    public string File { get; }

    /// <summary>Where the damage begins, in bytes.</summary>
    public long Offset { get; }
}
