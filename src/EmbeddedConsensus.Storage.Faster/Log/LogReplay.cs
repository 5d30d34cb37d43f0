using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Files;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>
/// Reads a log from its files when a member starts, and classifies a break in it: the torn tail of an append that was
/// never acknowledged, which is repaired, or damage to acknowledged records, which stops the start.
/// </summary>
/// <remarks>
/// <para>Records are a chain: sequence numbers without gaps, each with the checksum of the previous record, in
/// incarnations that never decrease. The first one that does not continue the chain ends the log. FASTER leaves the
/// rest of a page empty when a record does not fit, and every start of the log begins a new page; so after the last
/// record of a page, the chain may continue on the next page.</para>
/// <para>The break is damage if a record after it was written when one at or after the break was known to be durable,
/// or if <see cref="LogEndFile"/> says so. What follows a torn tail was never acknowledged, so it never says so,
/// however stale and however valid its checksums are. Checksums include the log's random number and the record's
/// address, so that the bytes of a log inside a value are not mistaken for records.</para>
/// <para>What is read may exist in the page cache only: a kernel whose flush failed marks the pages as clean, and a
/// later flush succeeds without writing them. So everything not proven to be durable is written once more, the same
/// bytes at the same place, before the flush that makes the log count as durable.</para>
/// </remarks>
internal sealed class LogReplay : IDisposable
{
    private readonly ISegmentFiles _files;
    private readonly LogGeometry _geometry;
    private readonly LogIndex _index;
    private readonly LogEndMark _mark;
    private readonly UnwrittenPattern _pattern;
    private readonly RecordReader _reader;
    private readonly BatchBuffer _batch = new();
    private readonly ReplayedConfigurations _configurations = new();

    private ulong _sequence;
    private uint _checksum;
    private ulong _incarnation;
    private bool _inBatch;
    private long _batchAddress;

    private int _firstSegment;
    private int _lastSegment;
    private long _provenEnd;
    private long _wholeEnd;
    private ulong _wholeSequence;
    private uint _wholeChecksum;
    private ulong _wholeIncarnation;
    private LogCheckpoint? _checkpoint;

    /// <summary>A replay.</summary>
    /// <param name="directory">The member's folder.</param>
    /// <param name="files">The files.</param>
    /// <param name="mark">How long the log is known to have been.</param>
    /// <param name="index">Filled with what the log holds.</param>
    public LogReplay(StorageDirectory directory, ISegmentFiles files, LogEndMark mark, LogIndex index)
    {
        _files = files;
        _geometry = directory.Geometry;
        _mark = mark;
        _pattern = new UnwrittenPattern(directory.Id);
        _index = index;
        _reader = new RecordReader(files, _geometry, directory.Id, _geometry.PageBytes);
    }

    /// <summary>The entries that change the membership and are in the log.</summary>
    public IReadOnlyList<LogEntry> ConfigurationEntries => _configurations.Entries;

    /// <summary>Whether acknowledged records may have followed the last one that was found.</summary>
    public bool MayLackTail { get; private set; }

    /// <summary>Reads the log; changes nothing.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StorageCorruptedException">A record that had been durable is damaged or missing.</exception>
    public void Read(CancellationToken cancellationToken)
    {
        (_firstSegment, _lastSegment) = FindSegments();
        long address = FindFirstRecord(_firstSegment, _lastSegment);
        long firstRecord = address;
        _wholeEnd = address;
        _provenEnd = address;
        while (TryAdvance(ref address))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        CheckNothingLost(address, _lastSegment);
        CheckBeginning(_firstSegment, firstRecord);
        bool endsAtMark = _mark.IsClean && _mark.Sequence == _wholeSequence;
        MayLackTail = !endsAtMark && !new TailProof(_reader, _geometry, _pattern).Holds(address);
    }

    /// <summary>Clears what a torn append left after the tail and makes durable what was read: a killed process may
    /// have left it in the page cache only.</summary>
    public ReplayEnd Repair()
    {
        WriteUnprovenAgain();
        for (long page = _wholeEnd; _geometry.Segment(page) <= _lastSegment; page = _geometry.NextPage(page))
        {
            ClearPageRest(page);
        }

        for (int segment = _firstSegment; segment <= _lastSegment; segment++)
        {
            _files.Flush(segment);
        }

        foreach (int segment in _files.List())
        {
            if (segment < _firstSegment)
            {
                _files.Delete(segment);
            }
        }

        _files.FlushNames();
        long tail = _geometry.IsPageStart(_wholeEnd) ? _wholeEnd : _geometry.NextPage(_wholeEnd);
        return new ReplayEnd(
            _wholeSequence, _wholeChecksum, _wholeIncarnation, _geometry.SegmentStart(_firstSegment), _wholeEnd, tail);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _reader.Dispose();
        _batch.Dispose();
    }

    /// <summary>The last run of files without a gap; a crash while old files are deleted may leave some of
    /// them.</summary>
    private (int First, int Last) FindSegments()
    {
        IReadOnlyList<int> segments = _files.List();
        if (segments.Count == 0)
        {
            return (0, -1);
        }

        int run = segments.Count - 1;
        while (run > 0 && segments[run - 1] == segments[run] - 1)
        {
            run--;
        }

        return (segments[run], segments[^1]);
    }

    /// <summary>The first record: at the start of the first file, or of a later page if a tail was torn
    /// there.</summary>
    private long FindFirstRecord(int first, int last)
    {
        long start = _geometry.SegmentStart(first);
        for (long page = start; _geometry.Segment(page) <= last; page = _geometry.NextPage(page))
        {
            if (!_reader.TryRead(page, out RecordHeader header, out _, out _))
            {
                continue;
            }

            if (first > 0)
            {
                // The record before is gone, and with it the start of the chain; a checkpoint will tell what is
                // missing.
                _index.BeginAnywhere();
                _sequence = header.Sequence - 1;
                _checksum = header.PreviousChecksum;
            }

            return page;
        }

        return start;
    }

    private bool TryAdvance(ref long address)
    {
        if (TryAccept(address, out long end))
        {
            address = end;
            return true;
        }

        if (!_geometry.IsPageStart(address) && TryAccept(_geometry.NextPage(address), out end))
        {
            address = end;
            return true;
        }

        return false;
    }

    private bool TryAccept(long address, out long end)
    {
        end = address;
        if (!_reader.TryRead(address, out RecordHeader header, out ReadOnlySpan<byte> payload, out uint checksum)
            || header.Sequence != _sequence + 1
            || header.PreviousChecksum != _checksum
            || header.Incarnation < _incarnation)
        {
            return false;
        }

        // After a deleted file there may be the end of a batch that began in it; nothing of it is needed.
        bool startsBatch = header.Flags.HasFlag(RecordFlags.First);
        bool isOrphan = !startsBatch && !_inBatch;
        if ((startsBatch && _inBatch) || (isOrphan && _wholeSequence != 0))
        {
            return false;
        }

        end = header.EndAddress;
        _sequence = header.Sequence;
        _checksum = checksum;
        _incarnation = header.Incarnation;
        if (!isOrphan)
        {
            Take(address, header, payload);
        }

        return true;
    }

    /// <summary>Takes a record of a batch, and the whole batch with its last one.</summary>
    private void Take(long address, in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        bool starts = header.Flags.HasFlag(RecordFlags.First);
        bool ends = header.Flags.HasFlag(RecordFlags.Last);
        if (starts)
        {
            _batchAddress = address;
            _batch.Clear();
            if (header.DurableSequence == header.Sequence - 1)
            {
                _provenEnd = address;
            }
        }

        if (!starts || !ends)
        {
            _batch.Add(payload);
            payload = _batch.Span;
        }

        _inBatch = !ends;
        if (ends)
        {
            Apply(header.Kind, payload);
            _wholeEnd = header.EndAddress;
            _wholeSequence = _sequence;
            _wholeChecksum = _checksum;
            _wholeIncarnation = _incarnation;
        }
    }

    private void Apply(RecordKind kind, ReadOnlySpan<byte> payload)
    {
        bool understood = kind switch
        {
            RecordKind.Batch => TryApplyBatch(payload),
            RecordKind.Checkpoint => TryApplyCheckpoint(payload),
            _ => false,
        };
        if (!understood)
        {
            throw LogDamage.At(
                _files, _geometry, _batchAddress, $"Record {_sequence} of the log is whole but does not make sense");
        }
    }

    private bool TryApplyBatch(ReadOnlySpan<byte> batch)
    {
        int position = 0;
        while (BatchItem.TryRead(batch, ref position, out BatchItem item))
        {
            if (item.IsHardState)
            {
                _index.SetHardState(batch.Slice(item.DataStart, item.DataLength));
            }
            else if (_index.TryAppend(item.Index, item.Term, _batchAddress))
            {
                _configurations.Append(item, batch);
            }
            else
            {
                return false;
            }
        }

        return position == batch.Length;
    }

    private bool TryApplyCheckpoint(ReadOnlySpan<byte> payload)
    {
        if (!LogCheckpoint.TryRead(payload, out LogCheckpoint checkpoint))
        {
            return false;
        }

        _checkpoint = checkpoint;
        _configurations.Drop(checkpoint.Start.Index, _index.Apply(checkpoint));
        return true;
    }

    /// <summary>Distinguishes a torn tail from damage.</summary>
    private void CheckNothingLost(long breakAddress, int last)
    {
        ulong durable = _mark.Sequence;
        for (long page = _wholeEnd; _geometry.Segment(page) <= last; page = _geometry.NextPage(page))
        {
            durable = Math.Max(durable, MostDurable(page));
        }

        if (durable > _wholeSequence)
        {
            throw LogDamage.At(
                _files, _geometry, breakAddress,
                $"Record {_sequence + 1} of the log is damaged or missing, though the log had been durable up to "
                + $"record {durable}");
        }
    }

    /// <summary>The durable sequence that the records in the rest of a page, valid or after a break, state.</summary>
    private ulong MostDurable(long address)
    {
        ulong durable = 0;
        ReadOnlySpan<byte> page = _reader.ReadPageRest(address);
        ReadOnlySpan<byte> magic = [0x45, 0x43, 0x4C, 0x52];
        for (int at = 0; ;)
        {
            int found = page[at..].IndexOf(magic);
            if (found < 0)
            {
                return durable;
            }

            at += found;
            if (_reader.TryReadHeader(address + at - LogGeometry.FasterHeaderBytes, out RecordHeader header))
            {
                durable = Math.Max(durable, header.DurableSequence);
            }

            at += magic.Length;
        }
    }

    /// <summary>Checks that no file is missing at the beginning.</summary>
    private void CheckBeginning(int first, long firstRecord)
    {
        bool reachesBack = first == 0 || (_checkpoint is { } checkpoint && checkpoint.NeededAddress >= firstRecord);
        if (!reachesBack || !_index.IsComplete)
        {
            throw LogDamage.At(
                _files, _geometry, firstRecord, "The log has lost its beginning: a file before this point is missing "
                    + "or damaged");
        }
    }

    /// <summary>Brings the rest of a page back to the state in which nothing was written there.</summary>
    private void ClearPageRest(long address)
    {
        int segment = _geometry.Segment(address);
        long offset = _geometry.OffsetInSegment(address);
        int length = (int)Math.Min(_geometry.NextPage(address) - address, _files.Length(segment) - offset) & ~3;
        if (length > 0 && !_pattern.Matches(_reader.ReadPageRest(address)[..length], address))
        {
            byte[] unwritten = new byte[length];
            _pattern.Fill(unwritten, address);
            _files.Write(segment, offset, unwritten);
        }
    }

    /// <summary>Makes the pages dirty that an earlier flush may have failed to write: those of the last batch, mostly.
    /// </summary>
    private void WriteUnprovenAgain()
    {
        if (_wholeSequence <= _mark.Sequence)
        {
            return;
        }

        for (long address = _provenEnd; address < _wholeEnd;)
        {
            long end = Math.Min(_wholeEnd, _geometry.NextPage(address));
            ReadOnlySpan<byte> bytes = _reader.ReadPageRest(address)[..(int)(end - address)];
            _files.Write(_geometry.Segment(address), _geometry.OffsetInSegment(address), bytes);
            address = end;
        }
    }
}
