using System.Buffers;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Files;
using FASTER.core;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>
/// Turns batches into records and has FASTER write them. One batch is one record, or several if it is large; all its
/// records share a flush. For one writer at a time.
/// </summary>
internal sealed class RecordWriter : IDisposable
{
    private readonly FasterLog _log;
    private readonly SegmentDevice _device;
    private readonly LogGeometry _geometry;
    private readonly ulong _logId;
    private readonly ulong _incarnation;
    private readonly long _flushBytes;
    private readonly CommitCompletion _completion = new();
    private readonly Action<ulong> _noteEnd;
    private readonly Action<StorageException> _failed;
    private readonly string _directory;

    private readonly byte[] _record;
    private int _used;
    private RecordFlags _flags;
    private ulong _sequence;
    private ulong _durableSequence;
    private uint _checksum;
    private long _enqueued;

    /// <summary>Opens FASTER's log at the end of what was replayed.</summary>
    /// <param name="directory">The member's folder.</param>
    /// <param name="files">The files.</param>
    /// <param name="space">The space ahead of the tail.</param>
    /// <param name="memoryBytes">The memory for pages being written.</param>
    /// <param name="incarnation">How often the log was opened, including this time.</param>
    /// <param name="end">The end of the log.</param>
    /// <param name="noteEnd">Called now and then, beside the commits, with the last durable record.</param>
    /// <param name="failed">Called, once or more, when the disk has failed.</param>
    public RecordWriter(
        StorageDirectory directory, ISegmentFiles files, SegmentSpace space, long memoryBytes, ulong incarnation,
        ReplayEnd end, Action<ulong> noteEnd, Action<StorageException> failed)
    {
        _directory = directory.Path;
        _geometry = directory.Geometry;
        _logId = directory.Id;
        _incarnation = incarnation;
        _noteEnd = noteEnd;
        _failed = failed;
        memoryBytes = Math.Max(memoryBytes, 4L * _geometry.PageBytes);
        _flushBytes = memoryBytes / 2;
        (_sequence, _durableSequence, _checksum) = (end.Sequence, end.Sequence, end.Checksum);
        _record = ArrayPool<byte>.Shared.Rent(_geometry.MaxRecordBytes);
        _device = new SegmentDevice(
            _directory, files, _geometry, space, new UnwrittenPattern(_logId), directory.Verify, OnProgress, NoteEnd);
        _log = new FasterLog(new FasterLogSettings
        {
            LogDevice = _device,
            LogCommitManager = new NoCommitFiles(),
            PageSize = _geometry.PageBytes,
            MemorySize = memoryBytes,
            SegmentSize = _geometry.SegmentBytes,

            // FASTER's constructor swallows a recovery that fails and opens a damaged log as an empty one.
            TryRecoverLatest = false,
        });
        if (end.Tail != LogGeometry.FirstAddress)
        {
            // Only at a page's start: FASTER does not load what a page already holds, and would write zeros over it.
            _log.Initialize(end.Begin, end.Tail);
        }
    }

    /// <summary>The last record that is durable.</summary>
    public ulong DurableSequence => Volatile.Read(ref _durableSequence);

    /// <summary>Where the next batch will begin, if its first record takes this many bytes of payload.</summary>
    /// <param name="payloadBytes">The payload.</param>
    public long NextAddress(int payloadBytes) =>
        _geometry.Place(_log.TailAddress, LogGeometry.SpaceFor(RecordHeader.Bytes + payloadBytes));

    /// <summary>Whether so much is waiting in memory that it must be committed before more is added.</summary>
    public bool NeedsCommit => _enqueued >= _flushBytes;

    /// <summary>Where the current batch began; known when its first record was made.</summary>
    public long BatchAddress { get; private set; }

    /// <summary>Begins a batch.</summary>
    public void BeginBatch()
    {
        _flags = RecordFlags.First;
        _used = RecordHeader.Bytes;
    }

    /// <summary>Adds a hard state to the batch.</summary>
    /// <param name="hardState">The hard state.</param>
    public void Add(ReadOnlySpan<byte> hardState)
    {
        Span<byte> prefix = stackalloc byte[BatchItem.HardStatePrefixBytes];
        BatchItem.WriteHardStatePrefix(prefix, hardState);
        AddBytes(prefix);
        AddBytes(hardState);
    }

    /// <summary>Adds an entry to the batch, without its data.</summary>
    /// <param name="entry">The entry.</param>
    public void Add(in LogEntry entry)
    {
        Span<byte> item = stackalloc byte[BatchItem.EntryBytes];
        BatchItem.Write(item, entry);
        AddBytes(item);
    }

    /// <summary>Adds data of an entry, as much as goes before <see cref="NeedsCommit"/>.</summary>
    /// <param name="data">The data that is left.</param>
    /// <returns>How much was added.</returns>
    public int AddData(ReadOnlySpan<byte> data)
    {
        int done = 0;
        while (done < data.Length && !NeedsCommit)
        {
            int count = Math.Min(data.Length - done, Room());
            data.Slice(done, count).CopyTo(_record.AsSpan(_used));
            _used += count;
            done += count;
        }

        return done;
    }

    /// <summary>Ends the batch.</summary>
    public void EndBatch() => MakeRecord(RecordKind.Batch, RecordFlags.Last);

    /// <summary>Adds a checkpoint, a batch of its own.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    public void Add(in LogCheckpoint checkpoint)
    {
        BeginBatch();
        checkpoint.Write(_record.AsSpan(_used));
        _used += checkpoint.Bytes;
        MakeRecord(RecordKind.Checkpoint, RecordFlags.Last);
    }

    /// <summary>Has everything written and flushed.</summary>
    /// <returns>Completes when it is durable, or fails with the reason given to <see cref="Fail"/>.</returns>
    public ValueTask CommitAsync()
    {
        ValueTask committed = _completion.Begin(_log.TailAddress);
        _enqueued = 0;
        _log.Commit();
        return committed;
    }

    /// <summary>Notes that the batch was committed: records to come say so.</summary>
    public void MarkDurable() => Volatile.Write(ref _durableSequence, _sequence);

    /// <summary>Whether a commit is under way.</summary>
    public bool IsCommitting => _completion.IsPending;

    /// <summary>Ends a commit that is under way.</summary>
    /// <param name="reason">What its awaiter is told.</param>
    public void Fail(Exception reason) => _completion.TryFail(reason);

    /// <summary>Completes when nothing is written any more.</summary>
    public Task Ended => _device.Ended;

    /// <summary>Ends the writing.</summary>
    /// <returns>False when a write hangs in the disk: then dispose the writer once it has <see cref="Ended"/>, since
    /// FASTER's pages are the memory that is being written.</returns>
    public bool TryStop()
    {
        _device.Dispose();
        return Ended.IsCompleted;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _device.Dispose();
        DisposeLog();
        ArrayPool<byte>.Shared.Return(_record);
    }

    /// <summary>FASTER fails the commit that it would have made next. A failed task that nothing observes is reported
    /// to the app when it is collected, so this observes it.</summary>
    private void DisposeLog()
    {
        Task next = _log.WaitForCommitAsync(long.MaxValue).AsTask();
        _log.Dispose();
        _ = next.ContinueWith(
            static ended => _ = ended.Exception, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void AddBytes(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, Room());
            bytes[..count].CopyTo(_record.AsSpan(_used));
            _used += count;
            bytes = bytes[count..];
        }
    }

    private int Room()
    {
        int limit = _geometry.MaxRecordBytes - LogGeometry.SpaceFor(0);
        if (_used == limit)
        {
            MakeRecord(RecordKind.Batch, RecordFlags.None);
        }

        return limit - _used;
    }

    private void MakeRecord(RecordKind kind, RecordFlags flags)
    {
        Span<byte> record = _record.AsSpan(0, _used);
        long address = NextAddress(_used - RecordHeader.Bytes);
        var header = new RecordHeader(
            kind, _flags | flags, _used - RecordHeader.Bytes, _checksum, _incarnation, _sequence + 1, _durableSequence,
            address);
        uint checksum = header.Seal(record, _logId);

        _device.Extend(address, header.EndAddress);

        // The frame makes every record longer than nothing: FASTER takes an empty one for the padding of a page.
        if (!_log.TryEnqueue(record, out long actual) || actual != address)
        {
            throw new InvariantViolationException(
                $"FASTER was to place record {_sequence + 1} at address {address}, and placed it at {actual}.");
        }

        if (_flags.HasFlag(RecordFlags.First))
        {
            BatchAddress = address;
        }

        _sequence++;
        _checksum = checksum;
        _enqueued += LogGeometry.SpaceFor(_used);
        _flags = RecordFlags.None;
        _used = RecordHeader.Bytes;
    }

    /// <returns>Whether the last record is durable: if not, there will soon be more to note.</returns>
    private bool NoteEnd()
    {
        ulong durable = DurableSequence;
        _noteEnd(durable);
        return durable == Volatile.Read(ref _sequence);
    }

    private void OnProgress(Exception? failure)
    {
        if (failure is null)
        {
            _completion.TryComplete(_log.FlushedUntilAddress);
        }
        else
        {
            _failed(failure as StorageException ?? DiskErrors.Describe(
                $"Writing the log in {_directory} failed", _directory, failure,
                "Nothing is tried again, since a disk that lost a write may report success the second time."));
        }
    }
}
