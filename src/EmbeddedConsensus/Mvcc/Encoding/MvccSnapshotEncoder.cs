using System.Buffers;
using System.Buffers.Binary;

namespace EmbeddedConsensus.Mvcc;

/// <summary>Encodes a view in pieces, in <see cref="MvccSnapshotFormat"/>. What only waits to be reclaimed is omitted.
/// The view must stay open until the last piece; the caller disposes it.</summary>
internal sealed class MvccSnapshotEncoder
{
    private readonly PinnedView _pinned;
    private readonly byte[] _fixedPart = new byte[MvccSnapshotFormat.RecordHeaderBytes];
    private RetainedCursor _cursor;
    private RecordHandle _record;
    private Stage _stage;
    private int _fixedBytes;
    private long _itemBytes;
    private long _offset;
    private long _versions;
    private uint _crc;

    /// <summary>An encoder that writes a view from its start.</summary>
    public MvccSnapshotEncoder(PinnedView pinned)
    {
        MvccView view = pinned.View;
        _pinned = pinned;
        _cursor = view.Retained();
        MvccSnapshotFormat.WriteHeader(_fixedPart, view.Revision, view.CompactRevision);
        _fixedBytes = MvccSnapshotFormat.HeaderBytes;
        _itemBytes = _fixedBytes;
    }

    private enum Stage
    {
        Header,
        Records,
        End,
    }

    /// <summary>Encodes the next piece.</summary>
    /// <param name="destination">Receives the bytes.</param>
    /// <param name="maxBytes">The most bytes to write; a version may be split between pieces.</param>
    /// <returns>True while more is left.</returns>
    /// <exception cref="ObjectDisposedException">The view was disposed.</exception>
    public bool WriteNext(IBufferWriter<byte> destination, int maxBytes)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        // Also the check that the memory is still pinned.
        _ = _pinned.View;
        int left = maxBytes;
        while (_offset < _itemBytes || BeginNextItem())
        {
            if (left == 0)
            {
                return true;
            }
            left -= WriteSome(destination, left);
        }
        return false;
    }

    private bool BeginNextItem()
    {
        if (_stage == Stage.End)
        {
            return false;
        }
        _offset = 0;
        if (_cursor.MoveNext())
        {
            _stage = Stage.Records;
            _record = _cursor.Record;
            MvccRecord record = new(_record);
            MvccSnapshotFormat.WriteRecordHeader(_fixedPart, record);
            _fixedBytes = MvccSnapshotFormat.RecordHeaderBytes;
            _itemBytes = (long)_fixedBytes + record.Key.Length + record.Value.Length;
            _versions++;
            return true;
        }
        _stage = Stage.End;
        MvccSnapshotFormat.WriteEnd(_fixedPart, _versions);
        uint crc = Crc32C.Append(_crc, _fixedPart.AsSpan(0, MvccSnapshotFormat.EndBytesBeforeChecksum));
        BinaryPrimitives.WriteUInt32LittleEndian(
            _fixedPart.AsSpan(MvccSnapshotFormat.EndBytesBeforeChecksum), crc);
        _fixedBytes = MvccSnapshotFormat.EndBytes;
        _itemBytes = _fixedBytes;
        return true;
    }

    private int WriteSome(IBufferWriter<byte> destination, int max)
    {
        ReadOnlySpan<byte> rest = RestOfPart();
        rest = rest[..Math.Min(rest.Length, max)];
        destination.Write(rest);
        _crc = Crc32C.Append(_crc, rest);
        _offset += rest.Length;
        return rest.Length;
    }

    private ReadOnlySpan<byte> RestOfPart()
    {
        if (_offset < _fixedBytes)
        {
            return _fixedPart.AsSpan((int)_offset, _fixedBytes - (int)_offset);
        }
        MvccRecord record = new(_record);
        int offset = (int)(_offset - _fixedBytes);
        return offset < record.Key.Length ? record.Key[offset..] : record.Value[(offset - record.Key.Length)..];
    }
}
