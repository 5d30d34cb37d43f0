using FASTER.core;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>
/// The device to which FASTER writes its pages. One thread writes and flushes, so that neither the caller nor the
/// thread pool waits for the disk; requests that arrive during a flush share the next one.
/// </summary>
/// <remarks>FASTER's own devices open files so that on Linux each write also updates the file's times, and on Windows
/// nothing is written through; they create files whose names a power cut may lose, and forget a request when they
/// throw. This one flushes contents explicitly on every platform, creates files durably, and completes every
/// request.</remarks>
internal sealed class SegmentDevice : StorageDeviceBase
{
    private const uint Failed = 1;

    // Longer than a single caller takes from one append to the next, short enough to be over before damage comes.
    private const int IdleMilliseconds = 20;
    private const int MaxUnnotedMilliseconds = 1000;

    private readonly ISegmentFiles _files;
    private readonly LogGeometry _geometry;
    private readonly SegmentSpace _space;
    private readonly UnwrittenPattern _pattern;
    private readonly Action _verifyFolder;
    private readonly Action<Exception?> _progressed;
    private readonly Func<bool> _noteEnd;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object _gate = new();

    // The end of the last record on each page that is not written to its end.
    private readonly Dictionary<long, long> _dataEnds = [];
    private List<WriteRequest> _waiting = [];
    private List<WriteRequest> _writing = [];
    private readonly SortedSet<int> _unflushed = [];
    private Exception? _failure;
    private long _notedAt = Environment.TickCount64;
    private int _notedSegment;
    private bool _isNoteDue;
    private bool _closing;

    /// <summary>A device over files.</summary>
    /// <param name="name">What FASTER calls it.</param>
    /// <param name="files">The files; the caller disposes them.</param>
    /// <param name="geometry">Their layout.</param>
    /// <param name="space">The space ahead of the tail.</param>
    /// <param name="pattern">What stands after the last record of a page.</param>
    /// <param name="verifyFolder">Called after each flush and before what it made durable is acknowledged; throws if
    /// the folder is no longer this store's.</param>
    /// <param name="progressed">Called, on the device's thread, whenever requests have completed, or with the reason
    /// why the device failed. No request reaches the files after a failure.</param>
    /// <param name="noteEnd">Called, on the device's thread and between requests, to note where the log ends: in a new
    /// file, once a second, and when no requests come. Returns false if it is to be called again soon.</param>
    public SegmentDevice(
        string name, ISegmentFiles files, LogGeometry geometry, SegmentSpace space, UnwrittenPattern pattern,
        Action verifyFolder, Action<Exception?> progressed, Func<bool> noteEnd)
        : base(name, LogGeometry.SectorBytes, capacity: -1)
    {
        _files = files;
        _geometry = geometry;
        _space = space;
        _pattern = pattern;
        _verifyFolder = verifyFolder;
        _progressed = progressed;
        _noteEnd = noteEnd;
        _thread = new Thread(Run) { IsBackground = true, Name = "EmbeddedConsensus log writer" };
        _thread.Start();
    }

    /// <summary>Completes when the thread has ended: after that nothing reaches the files.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Announces a record before FASTER gets it.</summary>
    /// <param name="address">Where it will be.</param>
    /// <param name="end">Where it will end.</param>
    public void Extend(long address, long end)
    {
        lock (_gate)
        {
            _dataEnds[_geometry.Page(address)] = end;
        }
    }

    /// <inheritdoc />
    public override void WriteAsync(
        nint sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite,
        DeviceIOCompletionCallback callback, object context)
    {
        var request = new WriteRequest(
            sourceAddress, segmentId, (long)destinationAddress, (int)numBytesToWrite, callback, context);
        lock (_gate)
        {
            KeepRestUnwritten(request);
            _waiting.Add(request);
            Monitor.Pulse(_gate);
        }
    }

    /// <inheritdoc />
    public override unsafe void ReadAsync(
        int segmentId, ulong sourceAddress, nint destinationAddress, uint readLength,
        DeviceIOCompletionCallback callback, object context)
    {
        int count = _files.Read(
            segmentId, (long)sourceAddress, new Span<byte>((void*)destinationAddress, (int)readLength));
        callback(0, (uint)count, context);
    }

    /// <inheritdoc />
    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result)
    {
        _files.Delete(segment);
        callback(result);
    }

    /// <summary>Ends the thread. A thread stuck in the disk is abandoned: it cannot be freed, and what it writes may
    /// still reach the disk until <see cref="Ended"/>.</summary>
    public override void Dispose()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.Pulse(_gate);
        }

        if (Thread.CurrentThread != _thread)
        {
            _thread.Join(TimeSpan.FromSeconds(1));
        }
    }

    private void Run()
    {
        ServeRequests();
        _ended.SetResult();
    }

    private void ServeRequests()
    {
        while (TakeRequests())
        {
            if (_failure is null && _writing.Count > 0)
            {
                Attempt(WriteAndFlush);
            }

            if (_writing.Count > 0)
            {
                Attempt(Complete);
                _progressed(_failure);
            }

            if (_failure is null)
            {
                Attempt(LookAround);
            }

            _writing.Clear();
        }
    }

    /// <summary>Waits for requests, or until there are none for a while and the end of the log is to be noted.
    /// </summary>
    private bool TakeRequests()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_closing)
            {
                if (!Monitor.Wait(_gate, _isNoteDue ? IdleMilliseconds : Timeout.Infinite))
                {
                    break;
                }
            }

            (_waiting, _writing) = (_writing, _waiting);
            return !_closing;
        }
    }

    /// <summary>Any failure is final: a flush that is retried may succeed without having written the data.</summary>
    private void Attempt(Action step)
    {
        try
        {
            step();
        }
#pragma warning disable CA1031 // Whatever goes wrong here must fault the storage, not end the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _failure ??= exception;
        }
    }

    private unsafe void WriteAndFlush()
    {
        foreach (WriteRequest request in _writing)
        {
            _space.Require(AddressOf(request) + request.Bytes);
            var data = new ReadOnlySpan<byte>((void*)request.Source, request.Bytes);
            _files.Write(request.Segment, request.Offset, data);
            _unflushed.Add(request.Segment);
        }

        foreach (int segment in _unflushed)
        {
            _files.Flush(segment);
        }

        _unflushed.Clear();
        _verifyFolder();
    }

    private void Complete()
    {
        foreach (WriteRequest request in _writing)
        {
            bool failed = _failure is not null;
            request.Callback(failed ? Failed : 0, failed ? 0 : (uint)request.Bytes, request.Context);
        }
    }

    /// <summary>What may be done between requests: after some, prepares the space for the next ones.</summary>
    private void LookAround()
    {
        bool isIdle = _writing.Count == 0;
        if (!isIdle)
        {
            WriteRequest last = _writing[^1];
            _space.PrepareAhead(AddressOf(last) + last.Bytes);
            _isNoteDue = true;
        }

        bool isOtherSegment = !isIdle && _writing[^1].Segment != _notedSegment;
        if (isIdle || isOtherSegment || Environment.TickCount64 - _notedAt >= MaxUnnotedMilliseconds)
        {
            _notedSegment = isIdle ? _notedSegment : _writing[^1].Segment;
            _isNoteDue = !_noteEnd() || !isIdle;
            _notedAt = Environment.TickCount64;
        }
    }

    /// <summary>FASTER writes whole sectors, and pages to their end: what follows the last record has to look as if it
    /// was never written. The writer adds no record to the page meanwhile: it waits for the commit.</summary>
    private unsafe void KeepRestUnwritten(in WriteRequest request)
    {
        long start = AddressOf(request);
        long end = start + request.Bytes;
        long page = _geometry.Page(start);
        if (!_dataEnds.TryGetValue(page, out long dataEnd))
        {
            return;
        }

        if (dataEnd < end)
        {
            long from = Math.Max(start, dataEnd);
            _pattern.Fill(new Span<byte>((void*)(request.Source + (nint)(from - start)), (int)(end - from)), from);
        }

        if (_geometry.Page(end) > page)
        {
            _dataEnds.Remove(page);
        }
    }

    private long AddressOf(in WriteRequest request) => (request.Segment * _geometry.SegmentBytes) + request.Offset;

    /// <summary>A write that FASTER requested. The callback keeps FASTER's pages alive until it was called.</summary>
    private readonly record struct WriteRequest(
        nint Source, int Segment, long Offset, int Bytes, DeviceIOCompletionCallback Callback, object Context);
}
