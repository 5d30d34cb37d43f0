using System.IO.Pipelines;
using System.Net;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>A connection that another member opened: it checks the handshake, and delivers what arrives.</summary>
internal sealed partial class InboundConnection(
    TcpTransportContext context,
    InboundRegistry registry,
    PeerConnection connection,
    Func<MemberId, Peer?> findPeer)
{
    private const int ReadBufferBytes = 64 * 1024;

    private static readonly byte[] KeepAliveByte = [0];

    private readonly SilenceWatch _silence = new(context.Options);
    private HandshakeRequest _request;
    private InboundLane? _lane;
    private FrameReader? _frames;
    private Task _keepAliveWrite = Task.CompletedTask;
    private volatile bool _admitted;
    private volatile bool _receiverBusy;
    private bool _misdirectedLogged;

    /// <summary>Whether it is a member's, or carries a request that has come and is being answered. Any other may be
    /// closed in favour of a newer one.</summary>
    public bool IsAdmitted => _admitted;

    /// <summary>When it was accepted.</summary>
    public long StartedAt { get; } = Environment.TickCount64;

    /// <summary>Where it comes from.</summary>
    public IPAddress RemoteAddress => connection.RemoteAddress;

    /// <summary>Completes when the connection has ended.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Begins to serve the connection. Called once.</summary>
    /// <param name="stopping">Ends it.</param>
    public void Start(CancellationToken stopping) =>
        Completion = Task.Run(() => RunAsync(stopping), CancellationToken.None);

    /// <summary>Ends the connection.</summary>
    public void Abort(string reason) => connection.Abort(reason);

    /// <summary>Shows the peer that the connection lives, and gives up on a connection that has gone silent.</summary>
    public void KeepAlive()
    {
        if (!_admitted || _frames is not { } frames)
        {
            return;
        }

        // A write that is stuck says all there is to say: the peer does not take what it is sent.
        if (_keepAliveWrite.IsCompleted)
        {
            _keepAliveWrite = WriteKeepAliveAsync();
        }

        // While the receiver has no room nothing is read, and silence proves nothing.
        if (_silence.IsTooLong(frames.BytesRead, excused: _receiverBusy))
        {
            Abort($"Nothing was heard for {context.Options.IdleTimeout.TotalSeconds} s.");
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        using (connection)
        {
            try
            {
                if (await AcceptAsync(stopping).ConfigureAwait(false) is { } version)
                {
                    await (_request.Lane == TransportLane.Request
                        ? ServeRequestAsync(version, stopping)
                        : DeliverInTurnAsync(version, stopping)).ConfigureAwait(false);
                }
            }
            finally
            {
                registry.Remove(this, _lane);
            }
        }

        await _keepAliveWrite.ConfigureAwait(false);
    }

    // Null when the connection is refused.
    private async Task<byte?> AcceptAsync(CancellationToken stopping)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        source.CancelAfter(context.Options.HandshakeTimeout);
        try
        {
            _request = await HandshakeCodec.ReadRequestAsync(connection.Stream, source.Token).ConfigureAwait(false);
            HandshakeStatus status = Judge(out byte version);
            Peer? peer = status is HandshakeStatus.Accepted or HandshakeStatus.Unproven && !_request.From.IsNone
                ? findPeer(_request.From)
                : null;
            await HandshakeCodec.WriteAsync(connection.Stream, ResponseOf(status, version, peer), source.Token)
                .ConfigureAwait(false);
            if (status != HandshakeStatus.Accepted)
            {
                LogRefusal(status, peer);
                peer?.Nudge(isUp: false);
                return null;
            }

            if (_request.Lane != TransportLane.Request)
            {
                context.Logger.Accepted(_request.From, _request.Incarnation, _request.Lane, connection.Remote);
                peer?.Nudge(isUp: true);
            }

            return version;
        }
        catch (ProtocolException exception)
        {
            LogRefusal(exception.Message);
        }
        catch (Exception exception) when (PeerConnection.IsFailure(exception))
        {
            if (!stopping.IsCancellationRequested)
            {
                LogRefusal("The handshake was not finished: " + exception.Message);
            }
        }

        return null;
    }

    private HandshakeResponse ResponseOf(HandshakeStatus status, byte version, Peer? peer)
    {
        bool isOfCluster = _request.ClusterId == context.Identity.ClusterId;
        return new HandshakeResponse(
            status,
            version,
            ProtocolVersion.Min,
            ProtocolVersion.Max,
            isOfCluster ? context.Identity.ClusterId : 0,
            context.Identity.MemberId,
            isOfCluster ? context.Secrets.For(_request.From).Fingerprint : 0,
            status == HandshakeStatus.Unproven ? peer?.Endpoint.Address ?? "" : "");
    }

    private HandshakeStatus Judge(out byte version)
    {
        if (!ProtocolVersion.TryNegotiate(_request.MinVersion, _request.MaxVersion, out version))
        {
            version = 0;
            return HandshakeStatus.VersionMismatch;
        }

        if (_request.ClusterId != context.Identity.ClusterId)
        {
            return HandshakeStatus.WrongCluster;
        }

        if (_request.Lane == TransportLane.Request)
        {
            // Whoever listens here is asked, even by somebody who took this member's id.
            return HandshakeStatus.Accepted;
        }

        if (_request.To != context.Identity.MemberId || _request.From == _request.To || _request.From.IsNone)
        {
            return HandshakeStatus.WrongMember;
        }

        if (findPeer(_request.From)?.Identity.IsProvenBy(_request.Secret) != true)
        {
            return HandshakeStatus.Unproven;
        }

        if ((int)_request.Lane >= TransportLanes.Count)
        {
            return HandshakeStatus.UnknownLane;
        }

        HandshakeStatus status = registry.Admit(this, _request, out _lane);
        if (status == HandshakeStatus.Accepted)
        {
            Admit();
        }

        return status;
    }

    private void Admit()
    {
        _admitted = true;
        registry.Admitted();
    }

    private async Task DeliverInTurnAsync(byte version, CancellationToken stopping)
    {
        string reason = "The peer closed the connection.";
        PipeReader pipe = PipeReader.Create(
            connection.Stream, new StreamPipeReaderOptions(bufferSize: ReadBufferBytes, leaveOpen: true));
        _frames = new FrameReader(pipe, context.Options.MaxFrameBytes, version);
        _receiverBusy = true;
        SemaphoreSlim turn = _lane!.Turn;
        try
        {
            await turn.WaitAsync(connection.Aborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            _receiverBusy = false;
            await DeliverAsync(_frames, stopping).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ProtocolException || PeerConnection.IsFailure(exception))
        {
            reason = connection.AbortReason ?? exception.Message;
        }
        finally
        {
            turn.Release();
            await pipe.CompleteAsync().ConfigureAwait(false);
        }

        if (!stopping.IsCancellationRequested)
        {
            context.Logger.InboundEnded(_request.From, _request.Lane, connection.Remote, reason);
        }
    }

    private async Task DeliverAsync(FrameReader frames, CancellationToken stopping)
    {
        while (!connection.IsAborted
            && await frames.ReadAsync(stopping).ConfigureAwait(false) is { } message)
        {
            if (message.From != _request.From || message.To != _request.To)
            {
                ReportMisdirected(message);
                continue;
            }

            _receiverBusy = true;
            ValueTask accepted = ReceiveAsync(message);
            if (!accepted.IsCompletedSuccessfully)
            {
                await accepted.AsTask().WaitAsync(stopping).ConfigureAwait(false);
            }

            _receiverBusy = false;
        }
    }

    private async ValueTask ReceiveAsync(RaftMessage message)
    {
        try
        {
            await context.Receiver.ReceiveAsync(message).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A receiver must not throw; one that does loses this message and not the connection.
            context.Logger.ReceiverFailed(_request.From, exception);
        }
    }

    private async Task WriteKeepAliveAsync()
    {
        try
        {
            await connection.Stream.WriteAsync(KeepAliveByte).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            connection.Abort(exception.Message);
        }
    }

    private void ReportMisdirected(in RaftMessage message)
    {
        if (!_misdirectedLogged)
        {
            _misdirectedLogged = true;
            context.Logger.Misdirected(_request.From, message.From, message.To, _request.To);
        }
    }

    private void LogRefusal(HandshakeStatus status, Peer? peer)
    {
        if (status == HandshakeStatus.Unproven)
        {
            if (peer is { IsConnected: true })
            {
                LogRefusal(
                    $"A process claims to be member {_request.From}, which is connected from "
                    + $"{peer.Endpoint.Address}. Make sure that no other process runs as that member.");
            }
            else if (peer is null)
            {
                LogRefusal("A process claims to be a member that is not known here, or not yet.");
            }

            // Else the member may have restarted, and is recognized when it has been reached.
            return;
        }

        LogRefusal(
            $"{status}: incarnation {_request.Incarnation} of member {_request.From} of cluster "
            + $"{_request.ClusterId:x}, with protocol versions {_request.MinVersion} to {_request.MaxVersion}, "
            + $"wants the {_request.Lane} lane to member {_request.To}.");
    }

    private void LogRefusal(string reason)
    {
        if (context.Refusals.ShouldLog(reason))
        {
            context.Logger.Refused(connection.Remote, reason);
        }
    }
}
