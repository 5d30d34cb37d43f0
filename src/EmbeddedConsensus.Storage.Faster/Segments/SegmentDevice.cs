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
    private const int SectorBytes = 512;
    private const uint Failed = 1;

    private readonly ISegmentFiles _files;
    private readonly Action<Exception?> _progressed;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly object _gate = new();
    private List<WriteRequest> _waiting = [];
    private List<WriteRequest> _writing = [];
    private readonly SortedSet<int> _unflushed = [];
    private Exception? _failure;
    private bool _closing;

    /// <summary>A device over files.</summary>
    /// <param name="name">What FASTER calls it.</param>
    /// <param name="files">The files; the caller disposes them.</param>
    /// <param name="progressed">Called, on the device's thread, whenever requests have completed, or with the reason
    /// why the device failed. No request reaches the files after a failure.</param>
    public SegmentDevice(string name, ISegmentFiles files, Action<Exception?> progressed)
        : base(name, SectorBytes, capacity: -1)
    {
        _files = files;
        _progressed = progressed;
        _thread = new Thread(Run) { IsBackground = true, Name = "EmbeddedConsensus log writer" };
        _thread.Start();
    }

    /// <summary>Completes when the thread has ended: after that nothing reaches the files.</summary>
    public Task Ended => _ended.Task;

    /// <inheritdoc />
    public override void WriteAsync(
        nint sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite,
        DeviceIOCompletionCallback callback, object context)
    {
        lock (_gate)
        {
            _waiting.Add(new WriteRequest(
                sourceAddress, segmentId, (long)destinationAddress, (int)numBytesToWrite, callback, context));
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
            if (_failure is null)
            {
                Attempt(WriteAndFlush);
            }

            Attempt(Complete);
            _progressed(_failure);
            if (_failure is null)
            {
                Attempt(PrepareAhead);
            }

            _writing.Clear();
        }
    }

    private bool TakeRequests()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_closing)
            {
                Monitor.Wait(_gate);
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
            var data = new ReadOnlySpan<byte>((void*)request.Source, request.Bytes);
            _files.Write(request.Segment, request.Offset, data);
            _unflushed.Add(request.Segment);
        }

        foreach (int segment in _unflushed)
        {
            _files.Flush(segment);
        }

        _unflushed.Clear();
    }

    private void Complete()
    {
        foreach (WriteRequest request in _writing)
        {
            bool failed = _failure is not null;
            request.Callback(failed ? Failed : 0, failed ? 0 : (uint)request.Bytes, request.Context);
        }
    }

    private void PrepareAhead()
    {
        WriteRequest last = _writing[^1];
        _files.Prepare(last.Segment, last.Offset + last.Bytes);
    }

    /// <summary>A write that FASTER requested. The callback keeps FASTER's pages alive until it was called.</summary>
    private readonly record struct WriteRequest(
        nint Source, int Segment, long Offset, int Bytes, DeviceIOCompletionCallback Callback, object Context);
}
