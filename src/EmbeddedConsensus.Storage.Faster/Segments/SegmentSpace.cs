namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>
/// The space ahead of the log's tail: filled with the <see cref="UnwrittenPattern"/>, and durable, before a record is
/// written there. It makes flushes cheap, since they do not grow a file, and shows at a start that nothing followed the
/// last record. For one writer at a time.
/// </summary>
internal sealed class SegmentSpace
{
    private const int ChunkBytes = 64 * 1024;

    private readonly ISegmentFiles _files;
    private readonly LogGeometry _geometry;
    private readonly UnwrittenPattern _pattern;
    private readonly long _aheadBytes;
    private readonly byte[] _chunk = new byte[ChunkBytes];
    private long _end;

    /// <summary>The space of a log.</summary>
    /// <param name="files">The files.</param>
    /// <param name="geometry">Their layout.</param>
    /// <param name="pattern">The log's pattern.</param>
    /// <param name="aheadBytes">How far to fill ahead; raised to twice what a start has to see.</param>
    public SegmentSpace(ISegmentFiles files, LogGeometry geometry, UnwrittenPattern pattern, long aheadBytes)
    {
        _files = files;
        _geometry = geometry;
        _pattern = pattern;
        _aheadBytes = Math.Max(aheadBytes, 2 * geometry.ProofBytes);
    }

    /// <summary>How much a start may have to fill: it begins a new page, and fills ahead of that.</summary>
    public long MaxOpenBytes => _geometry.PageBytes + _aheadBytes;

    /// <summary>Takes over what is there and fills what is missing.</summary>
    /// <param name="dataEnd">The end of the last record; a multiple of four. What the files hold after it is the
    /// pattern.</param>
    /// <param name="tail">Where the next record goes: at the end of the last one or at the start of a page.</param>
    public void Open(long dataEnd, long tail)
    {
        int segment = _geometry.Segment(dataEnd);
        long length = _files.Length(segment);
        while (length == _geometry.SegmentBytes)
        {
            length = _files.Length(++segment);
        }

        long fileEnd = (segment * _geometry.SegmentBytes) + LogGeometry.SectorStart(length);
        _end = Math.Max(dataEnd, fileEnd);
        Fill(tail + _aheadBytes);
    }

    /// <summary>Sees to it that enough is filled for a write and for what has to follow it.</summary>
    /// <param name="end">The end of the write.</param>
    public void Require(long end)
    {
        if (end + _geometry.ProofBytes > _end)
        {
            Fill(end + _aheadBytes);
        }
    }

    /// <summary>Fills further when half of the space is used up.</summary>
    /// <param name="tail">The end of the last write.</param>
    public void PrepareAhead(long tail)
    {
        if (tail + (_aheadBytes / 2) > _end)
        {
            Fill(tail + _aheadBytes);
        }
    }

    private void Fill(long until)
    {
        while (_end < until)
        {
            int segment = _geometry.Segment(_end);
            long segmentEnd = (segment + 1) * _geometry.SegmentBytes;
            long stop = Math.Min(segmentEnd, LogGeometry.SectorStart(until + LogGeometry.SectorBytes - 1));
            while (_end < stop)
            {
                int count = (int)Math.Min(ChunkBytes, stop - _end);
                _pattern.Fill(_chunk.AsSpan(0, count), _end);
                _files.Write(segment, _geometry.OffsetInSegment(_end), _chunk.AsSpan(0, count));
                _end += count;
            }

            _files.Flush(segment);
        }
    }
}
