using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Connections;

internal sealed partial class OutboundLane
{
    /// <summary>Up to this size a batch is written on the thread that flushes: the write of a small batch to an idle
    /// socket is one short call, shorter than waking another thread. A larger batch would hold up the caller.</summary>
    private const int MaxInlineWriteBytes = 32 * 1024;

    // Guards all fields below. Held for the time of encoding one message at most.
    private readonly Lock _gate = new();
    private readonly int _maxFrameBytes;
    private readonly RepetitionFilter _oversized = new();
    private SendQueue _pending = new();

    // What the write under way works on. Only the writer changes its content; its counts are read under the gate.
    private SendQueue _inFlight = new();
    private PeerConnection? _connection;
    private SilenceWatch _silence;
    private byte _version = ProtocolVersion.Max;
    private bool _writing;
    private bool _stopped;
    private TaskCompletionSource? _writerEnded;

    // Also read outside the gate, to pass over lanes that have nothing to do.
    private volatile bool _unflushed;

    /// <summary>Encodes a message into the queue.</summary>
    /// <returns>False when the queue is full or the message too long.</returns>
    public bool TrySend(in RaftMessage message)
    {
        long size = RaftMessageCodec.MaxEncodedLength(message);
        if (size > _maxFrameBytes)
        {
            ReportOversized(size);
            return false;
        }

        size += FrameHeader.Size;
        lock (_gate)
        {
            if (_stopped
                || !HasRoomFor(size)
                || _pending.Messages + _inFlight.Messages >= _context.Options.SendQueueMessages)
            {
                return false;
            }

            _pending.Append(message, _version);
            _unflushed = true;
            return true;
        }
    }

    // A message of any length passes, also beside those that come all the time.
    private bool HasRoomFor(long size) =>
        _pending.Bytes + _inFlight.Bytes + Math.Min(size, _context.Options.SendQueueBytes / 2)
            <= _context.Options.SendQueueBytes;

    /// <summary>Writes what is queued, unless a write is in progress: that one will include it.</summary>
    public void Flush()
    {
        if (!_unflushed)
        {
            return;
        }

        bool inline;
        lock (_gate)
        {
            if (_writing || _stopped || _connection is null || _connection.IsAborted || _pending.IsEmpty)
            {
                return;
            }

            _writing = true;
            inline = _pending.Bytes <= MaxInlineWriteBytes;
        }

        if (inline)
        {
            _ = WriteAsync();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Runs the writer, which <see cref="Flush"/> has reserved.</summary>
    public void Execute() => _ = WriteAsync();

    /// <summary>Refuses further messages, and completes when no write is under way any more.</summary>
    private Task StopSendingAsync()
    {
        lock (_gate)
        {
            _stopped = true;
            _pending.Clear();
            if (!_writing)
            {
                return Task.CompletedTask;
            }

            _writerEnded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _writerEnded.Task;
        }
    }

    private void Attach(PeerConnection connection, byte version)
    {
        lock (_gate)
        {
            if (version != _version)
            {
                // What is queued is encoded for another version.
                _pending.Clear();
                _version = version;
            }

            _connection = connection;
            _silence = new SilenceWatch(_context.Options);
            _unflushed = !_pending.IsEmpty;
        }

        Flush();
    }

    // Whatever waited for a connection that is lost would be stale on the next one; the receiver is told instead.
    private void DropQueue()
    {
        lock (_gate)
        {
            _connection = null;
            _pending.Clear();
            _unflushed = false;
        }
    }

    // Runs until nothing is queued: whatever arrives during one write is the next one's batch.
    private async Task WriteAsync()
    {
        while (TryTakeBatch() is { } connection)
        {
            try
            {
                for (int i = 0; i < _inFlight.BlockCount; i++)
                {
                    await connection.Stream.WriteAsync(_inFlight.BlockAt(i)).ConfigureAwait(false);
                }
            }
            catch (Exception exception)
            {
                // Whatever it was, half a frame may be out: the connection is of no more use. The loop that holds it
                // sees its end, reports it and dials again.
                connection.Abort(exception.Message);
            }
        }
    }

    private PeerConnection? TryTakeBatch()
    {
        lock (_gate)
        {
            _inFlight.Clear();
            if (_stopped || _connection is null || _connection.IsAborted || _pending.IsEmpty)
            {
                _writing = false;
                _writerEnded?.SetResult();
                return null;
            }

            (_pending, _inFlight) = (_inFlight, _pending);
            _unflushed = false;
            return _connection;
        }
    }

    private void ReportOversized(long size)
    {
        if (_oversized.ShouldLog(""))
        {
            _context.Logger.Oversized(_peer.Id, size, _maxFrameBytes);
        }
    }
}
