using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>
/// The way to one peer on one lane: a connection that is opened again whenever it is lost, and a bounded queue in front
/// of it. This part keeps the connection; <c>OutboundLane.Send</c> writes to it.
/// </summary>
internal sealed partial class OutboundLane : IThreadPoolWorkItem, IAsyncDisposable
{
    /// <summary>After so many attempts in a row a peer that could not recognize this member is reported. At first it
    /// depends on which of the two reaches the other one first.</summary>
    private const int AttemptsToProve = 5;

    private readonly TcpTransportContext _context;
    private readonly MemberEndpoint _peer;
    private readonly PeerIdentity _identity;
    private readonly TransportLane _lane;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly ReconnectBackoff _backoff;
    private readonly RepetitionFilter _failures = new();

    // Never disposed: without a wait handle it holds nothing to release, and a nudge may come late.
    private readonly SemaphoreSlim _nudge = new(0, 1);

    // When the last attempt failed. Guarded by the gate.
    private long _failedAt = long.MinValue / 2;
    private int _unproven;

    // The bytes of keep-alive that have come back.
    private long _bytesHeard;
    private Task _running = Task.CompletedTask;

    public OutboundLane(TcpTransportContext context, MemberEndpoint peer, PeerIdentity identity, TransportLane lane)
    {
        _context = context;
        _peer = peer;
        _identity = identity;
        _lane = lane;
        _stopping = _stop.Token;
        _backoff = new ReconnectBackoff(context.Options.ReconnectBackoffMin, context.Options.ReconnectBackoffMax);
        _silence = new SilenceWatch(context.Options);
        _maxFrameBytes = context.Options.MaxFrameBytes;
    }

    /// <summary>Whether there is a connection.</summary>
    public bool IsConnected
    {
        get
        {
            lock (_gate)
            {
                return _connection is not null;
            }
        }
    }

    /// <summary>Begins to keep a connection. Called once.</summary>
    public void Start() => _running = Task.Run(KeepConnectedAsync);

    /// <summary>Ends the wait for the next attempt.</summary>
    /// <param name="isUp">Whether the peer has shown that it is up. If something only says so, an attempt that has just
    /// failed is not repeated: strangers must not set the pace.</param>
    public void Nudge(bool isUp)
    {
        lock (_gate)
        {
            bool isEarly = !isUp
                && Environment.TickCount64 - _failedAt < _context.Options.ReconnectBackoffMin.TotalMilliseconds;
            if (_connection is null && !isEarly && _nudge.CurrentCount == 0)
            {
                _nudge.Release();
            }
        }
    }

    /// <summary>Shows the peer that the connection is alive, and closes a connection that has gone silent.</summary>
    public void KeepAlive()
    {
        lock (_gate)
        {
            if (_connection is null)
            {
                return;
            }

            if (_silence.IsTooLong(Volatile.Read(ref _bytesHeard)))
            {
                _connection.Abort($"Nothing was heard for {_context.Options.IdleTimeout.TotalSeconds} s.");
                return;
            }

            if (!_writing && _pending.IsEmpty)
            {
                _pending.AppendKeepAlive(_version);
                _unflushed = true;
            }
        }

        Flush();
    }

    /// <summary>Closes the connection, and completes when nothing of the lane runs any more. Called once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await StopSendingAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    // Nothing is lost yet: the queue is kept until the peer has recognized this member.
    private bool IsBeingProven => _unproven is > 0 and <= AttemptsToProve;

    private async Task KeepConnectedAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            string reason = await ConnectAndHoldAsync().ConfigureAwait(false);
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            lock (_gate)
            {
                _failedAt = Environment.TickCount64;
            }

            if (!IsBeingProven)
            {
                Report(reason);
            }

            try
            {
                await _nudge.WaitAsync(_backoff.Next(), _stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Report(string reason)
    {
        if (_failures.ShouldLog(reason))
        {
            _context.Logger.Unreachable(_peer.Id, _peer.Address, _lane, reason);
        }

        _context.ReportUnreachable(_peer.Id);
    }

    // Returns when there is no connection any more, with the reason.
    private async Task<string> ConnectAndHoldAsync()
    {
        try
        {
            (PeerConnection connection, byte version) =
                await PeerDialer.DialAsync(_context, _peer, _identity, _lane, _stopping).ConfigureAwait(false);
            _unproven = 0;
            using (connection)
            {
                return await HoldAsync(connection, version).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (
            exception is ProtocolException or TimeoutException || PeerConnection.IsFailure(exception))
        {
            _context.Logger.AttemptFailed(_peer.Id, _peer.Address, _lane, exception);
            _unproven = exception is ProtocolException { IsUnproven: true } ? _unproven + 1 : 0;
            if (!IsBeingProven)
            {
                DropQueue();
            }

            return exception.Message;
        }
    }

    private async Task<string> HoldAsync(PeerConnection connection, byte version)
    {
        long since = Environment.TickCount64;
        _context.Logger.Connected(_peer.Id, _peer.Address, _lane);
        Attach(connection, version);
        string reason;
        try
        {
            reason = await ReadUntilLostAsync(connection).ConfigureAwait(false);
        }
        finally
        {
            // First the socket, so that a write in progress ends, then its queue.
            connection.Abort("The connection was lost.");
            DropQueue();
        }

        // A connection that did not last is no reason to hurry to the next one.
        if (Environment.TickCount64 - since > _context.Options.ReconnectBackoffMax.TotalMilliseconds)
        {
            _backoff.Reset();
            _failures.Reset();
        }

        return reason;
    }

    // The peer sends nothing here but a byte now and then; what matters is that the read ends with the connection.
    private async Task<string> ReadUntilLostAsync(PeerConnection connection)
    {
        byte[] buffer = new byte[64];
        try
        {
            while (true)
            {
                int count = await connection.Stream.ReadAsync(buffer, _stopping).ConfigureAwait(false);
                if (count == 0)
                {
                    return "The peer closed the connection.";
                }

                Volatile.Write(ref _bytesHeard, _bytesHeard + count);
            }
        }
        catch (Exception exception) when (PeerConnection.IsFailure(exception))
        {
            return connection.AbortReason ?? exception.Message;
        }
    }
}
