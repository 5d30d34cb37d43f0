namespace EmbeddedConsensus.Mvcc;

/// <summary>Builds a fresh store from the bytes of a snapshot, fed in pieces of any size. Everything that the bytes
/// say is checked before it is used, sizes before anything is allocated for them.</summary>
internal sealed class MvccSnapshotDecoder : IDisposable
{
    private readonly MvccOptions _options;
    private MvccStore? _store;
    private readonly List<LoadedChange> _changes = [];

    // An item of which only a part has arrived.
    private byte[] _pending = new byte[256];
    private int _pendingBytes;

    private Stage _stage;
    private long _offset;
    private long _revision;
    private long _compactRevision;
    private long _versions;
    private uint _crc;
    private MvccSnapshotOrder _order;
    private RecordHandle _last;

    /// <summary>A decoder into a store of these sizes.</summary>
    public MvccSnapshotDecoder(MvccOptions options)
    {
        _options = options;
        _store = new MvccStore(options);
    }

    private enum Stage
    {
        Header,
        Records,
        Ended,
        Failed,
    }

    /// <summary>Takes the next piece.</summary>
    /// <exception cref="MvccSnapshotDamagedException">The bytes are not those of a whole snapshot; the decoder is of no
    /// further use.</exception>
    /// <exception cref="ObjectDisposedException">The decoder was disposed or its store was taken.</exception>
    public void Feed(ReadOnlySpan<byte> piece)
    {
        ObjectDisposedException.ThrowIf(_store is null, this);
        while (!piece.IsEmpty)
        {
            if (_pendingBytes == 0 && ItemBytes(piece) is int whole && whole <= piece.Length)
            {
                TakeItem(piece[..whole]);
                piece = piece[whole..];
                continue;
            }
            int missing = ItemBytes(_pending.AsSpan(0, _pendingBytes)) - _pendingBytes;
            int taken = Math.Min(missing, piece.Length);
            AddPending(piece[..taken]);
            piece = piece[taken..];
            if (ItemBytes(_pending.AsSpan(0, _pendingBytes)) == _pendingBytes)
            {
                TakeItem(_pending.AsSpan(0, _pendingBytes));
                _pendingBytes = 0;
            }
        }
    }

    /// <summary>Returns the store, which the caller owns from now on.</summary>
    /// <exception cref="MvccSnapshotDamagedException">The end is missing, or two changes have one revision.</exception>
    /// <exception cref="ObjectDisposedException">The decoder was disposed or its store was taken.</exception>
    public MvccStore Complete()
    {
        ObjectDisposedException.ThrowIf(_store is null, this);
        Require(_stage == Stage.Ended, "the end is missing");
        _changes.Sort();
        for (int i = 1; i < _changes.Count; i++)
        {
            Require(_changes[i - 1].CompareTo(_changes[i]) < 0, "two changes have the same revision");
        }
        MvccStore store = _store;
        store.CompleteLoad(
            _revision, _compactRevision, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_changes));
        _store = null;
        return store;
    }

    /// <summary>Discards the store, unless it was taken.</summary>
    public void Dispose()
    {
        _store?.Dispose();
        _store = null;
    }

    /// <summary>How long the item is that begins here, as far as its first bytes tell.</summary>
    private int ItemBytes(ReadOnlySpan<byte> start)
    {
        if (_stage == Stage.Header)
        {
            return MvccSnapshotFormat.HeaderBytes;
        }
        Require(_stage == Stage.Records, _stage == Stage.Ended ? "there are bytes after the end" : "it failed before");
        if (start.IsEmpty)
        {
            return 1;
        }
        if (start[0] == MvccSnapshotFormat.EndMark)
        {
            return MvccSnapshotFormat.EndBytes;
        }
        Require(start[0] == MvccSnapshotFormat.RecordMark, "an item has an unknown mark");
        if (start.Length < MvccSnapshotFormat.RecordHeaderBytes)
        {
            return MvccSnapshotFormat.RecordHeaderBytes;
        }
        (int key, int value) = MvccSnapshotFormat.ReadLengths(start);
        Require(key > 0 && value >= 0 && (long)key + value <= _options.MaxRecordBytes, "a length is out of range");
        return MvccSnapshotFormat.RecordHeaderBytes + key + value;
    }

    private void TakeItem(ReadOnlySpan<byte> item)
    {
        if (_stage == Stage.Header)
        {
            TakeHeader(item);
        }
        else if (item[0] == MvccSnapshotFormat.EndMark)
        {
            TakeEnd(item);
        }
        else
        {
            TakeRecord(item);
        }
        _crc = Crc32C.Append(_crc, item);
        _offset += item.Length;
    }

    private void TakeHeader(ReadOnlySpan<byte> item)
    {
        Require(
            MvccSnapshotFormat.TryReadHeader(item, out _revision, out _compactRevision),
            "it does not start as a snapshot of a format that this version of the library reads");
        Require(
            _revision >= 1 && _compactRevision >= 0 && _compactRevision <= _revision, "the revisions are out of range");
        _order = new MvccSnapshotOrder(_revision, _compactRevision);
        _stage = Stage.Records;
    }

    private void TakeRecord(ReadOnlySpan<byte> item)
    {
        Require(item[1] <= MvccSnapshotFormat.TombstoneFlag, "a version has unknown flags");
        RecordFields fields = MvccSnapshotFormat.ReadRecordFields(item);
        (int keyLength, int valueLength) = MvccSnapshotFormat.ReadLengths(item);
        ReadOnlySpan<byte> key = item.Slice(MvccSnapshotFormat.RecordHeaderBytes, keyLength);
        string? problem = _order.Check(fields, key, valueLength, _last, out bool newKey);
        Require(problem is null, problem);
        _last = _store!.LoadVersion(
            fields, key, item[(MvccSnapshotFormat.RecordHeaderBytes + keyLength)..], newKey ? default : _last);
        _versions++;
        if (fields.ModRevision >= _compactRevision)
        {
            _changes.Add(new LoadedChange(fields.ModRevision, fields.SubRevision, _last));
        }
    }

    private void TakeEnd(ReadOnlySpan<byte> item)
    {
        (long versions, uint crc) = MvccSnapshotFormat.ReadEnd(item);
        Require(versions == _versions, "the number of versions differs");
        Require(
            crc == Crc32C.Append(_crc, item[..MvccSnapshotFormat.EndBytesBeforeChecksum]), "the checksum differs");
        _stage = Stage.Ended;
    }

    // Grows with the bytes received, not with what a length claims.
    private void AddPending(ReadOnlySpan<byte> bytes)
    {
        int needed = checked(_pendingBytes + bytes.Length);
        if (needed > _pending.Length)
        {
            Array.Resize(ref _pending, (int)Math.Max(needed, Math.Min(Array.MaxLength, (long)_pending.Length * 2)));
        }
        bytes.CopyTo(_pending.AsSpan(_pendingBytes));
        _pendingBytes = needed;
    }

    private void Require([System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool condition, string? problem)
    {
        if (!condition)
        {
            _stage = Stage.Failed;
            throw new MvccSnapshotDamagedException(_offset, problem!);
        }
    }
}
