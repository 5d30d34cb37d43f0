namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>The files of the log: the interface at which tests inject faults.</summary>
internal interface ISegmentFiles : IDisposable
{
    /// <summary>The numbers of the files that exist, ascending.</summary>
    IReadOnlyList<int> List();

    /// <summary>The full name of a file.</summary>
    /// <param name="segment">Its number.</param>
    string Name(int segment);

    /// <summary>The length of a file in bytes; zero when it does not exist.</summary>
    /// <param name="segment">The file.</param>
    long Length(int segment);

    /// <summary>Reads bytes.</summary>
    /// <param name="segment">The file.</param>
    /// <param name="offset">Where to start.</param>
    /// <param name="destination">Filled as far as the file goes.</param>
    /// <returns>The number of bytes read; zero when the file does not exist.</returns>
    int Read(int segment, long offset, Span<byte> destination);

    /// <summary>Writes bytes, and creates the file when it is missing.</summary>
    /// <param name="segment">The file.</param>
    /// <param name="offset">Where to start.</param>
    /// <param name="data">The bytes.</param>
    void Write(int segment, long offset, ReadOnlySpan<byte> data);

    /// <summary>Makes all that was written to a file, and its name, durable.</summary>
    /// <param name="segment">The file.</param>
    void Flush(int segment);

    /// <summary>Deletes a file if it exists.</summary>
    /// <param name="segment">The file.</param>
    void Delete(int segment);

    /// <summary>Makes deletions durable.</summary>
    void FlushNames();
}
