using EmbeddedConsensus.Storage.Faster.Log;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>Real files whose writes and flushes fail from some moment on.</summary>
internal sealed class FailingSegmentFiles(ISegmentFiles files) : ISegmentFiles
{
    private volatile Exception? _failure;

    /// <summary>What writes and flushes throw; null while they work.</summary>
    public Exception? Failure
    {
        get => _failure;
        set => _failure = value;
    }

    public IReadOnlyList<int> List() => files.List();

    public string Name(int segment) => files.Name(segment);

    public long Length(int segment) => files.Length(segment);

    public int Read(int segment, long offset, Span<byte> destination) => files.Read(segment, offset, destination);

    public void Write(int segment, long offset, ReadOnlySpan<byte> data)
    {
        ThrowIfFailing();
        files.Write(segment, offset, data);
    }

    public void Flush(int segment)
    {
        ThrowIfFailing();
        files.Flush(segment);
    }

    public void Delete(int segment) => files.Delete(segment);

    public void FlushNames() => files.FlushNames();

    public void Dispose() => files.Dispose();

    private void ThrowIfFailing()
    {
        if (_failure is { } failure)
        {
            throw failure;
        }
    }
}
