namespace EmbeddedConsensus.Storage;

/// <summary>Another process, or another replica of this one, has the storage open.</summary>
public sealed class StorageInUseException : StorageException
{
    /// <summary>The storage is locked.</summary>
    /// <param name="message">Which storage, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public StorageInUseException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
