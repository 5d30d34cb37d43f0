namespace EmbeddedConsensus.Storage;

/// <summary>The storage of a replica failed. The replica that used it is faulted until it is restarted.</summary>
public class StorageException : ConsensusStoreException
{
    /// <summary>A storage failure.</summary>
    /// <param name="message">What failed, where, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public StorageException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <summary>Why it failed.</summary>
    public StorageFailureCause Cause { get; init; }

    /// <summary>The file or folder that it failed at, as a full path; null if it is none in particular.</summary>
    public string? Path { get; init; }
}
