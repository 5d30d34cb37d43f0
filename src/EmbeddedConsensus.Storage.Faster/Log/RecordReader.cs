using System.Buffers;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>Reads records from the files of the log, through a window of pooled memory. Not safe for several
/// threads.</summary>
internal sealed class RecordReader : IDisposable
{
    private readonly ISegmentFiles _files;
    private readonly LogGeometry _geometry;
    private readonly ulong _logId;
    private readonly int _windowBytes;
    private byte[] _buffer;
    private long _windowStart;
    private int _windowLength;

    /// <summary>A reader.</summary>
    /// <param name="files">The files.</param>
    /// <param name="geometry">Their layout.</param>
    /// <param name="logId">The log's random number.</param>
    /// <param name="windowBytes">How much to read at a time; at most a page.</param>
    public RecordReader(ISegmentFiles files, LogGeometry geometry, ulong logId, int windowBytes)
    {
        _files = files;
        _geometry = geometry;
        _logId = logId;
        _windowBytes = windowBytes;
        _buffer = ArrayPool<byte>.Shared.Rent(windowBytes);
    }

    /// <summary>Reads the record at an address.</summary>
    /// <param name="address">Where it begins.</param>
    /// <param name="header">Its frame.</param>
    /// <param name="payload">Its payload, until the next read.</param>
    /// <param name="checksum">Its checksum.</param>
    /// <returns>Whether a whole, undamaged record of this log is there.</returns>
    public bool TryRead(long address, out RecordHeader header, out ReadOnlySpan<byte> payload, out uint checksum)
    {
        payload = default;
        checksum = 0;
        if (!TryReadHeader(address, out header))
        {
            return false;
        }

        int space = LogGeometry.SpaceFor(header.RecordBytes);
        if (space > PageRest(address))
        {
            return false;
        }

        ReadOnlySpan<byte> record = Window(address, space).Slice(LogGeometry.FasterHeaderBytes, header.RecordBytes);
        payload = record[RecordHeader.Bytes..];
        return RecordHeader.VerifyPayload(record, out checksum);
    }

    /// <summary>Reads the frame of the record at an address; the payload may be damaged.</summary>
    /// <param name="address">Where it begins.</param>
    /// <param name="header">Its frame.</param>
    public bool TryReadHeader(long address, out RecordHeader header)
    {
        header = default;
        const int Needed = LogGeometry.FasterHeaderBytes + RecordHeader.Bytes;
        return PageRest(address) >= Needed
            && RecordHeader.TryRead(
                Window(address, Needed)[LogGeometry.FasterHeaderBytes..], _logId, address, _geometry.MaxRecordBytes,
                out header);
    }

    /// <summary>The bytes from an address to the end of its page, until the next read.</summary>
    /// <param name="address">The address.</param>
    public ReadOnlySpan<byte> ReadPageRest(long address) => Window(address, PageRest(address));

    /// <inheritdoc />
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _windowLength = 0;
    }

    private int PageRest(long address) => (int)(_geometry.NextPage(address) - address);

    private ReadOnlySpan<byte> Window(long address, int count)
    {
        if (address < _windowStart || address + count > _windowStart + _windowLength)
        {
            Load(address, Math.Min(PageRest(address), Math.Max(count, _windowBytes)));
        }

        return _buffer.AsSpan((int)(address - _windowStart), count);
    }

    private void Load(long address, int count)
    {
        if (_buffer.Length < count)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(count);
        }

        _windowStart = address;
        _windowLength = 0;
        Span<byte> window = _buffer.AsSpan(0, count);
        int read = _files.Read(_geometry.Segment(address), _geometry.OffsetInSegment(address), window);
        window[read..].Clear();
        _windowLength = count;
    }
}
