using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>What all connections of one transport share.</summary>
internal sealed class TcpTransportContext(TransportContext identity, TcpTransportOptions options, ILogger logger)
{
    private ITransportReceiver? _receiver;
    private long _attempts;
    private int _requests;

    /// <summary>The cluster and the member that the transport speaks for.</summary>
    public TransportContext Identity { get; } = identity;

    /// <summary>The settings.</summary>
    public TcpTransportOptions Options { get; } = options;

    /// <summary>The log.</summary>
    public ILogger Logger { get; } = logger;

    /// <summary>Who takes the messages. Set before the first connection.</summary>
    public ITransportReceiver Receiver
    {
        get => _receiver
            ?? throw new InvariantViolationException("A connection asked for the receiver before the transport "
                + "started.");
        set => _receiver = value;
    }

    /// <summary>What this start of the member shows to its peers.</summary>
    public PeerSecrets Secrets { get; } = new();

    /// <summary>Keeps refused connections from flooding the log.</summary>
    public RepetitionFilter Refusals { get; } = new();

    /// <summary>The number of the next connection that this start of the member opens.</summary>
    public ulong NextAttempt() => (ulong)Interlocked.Increment(ref _attempts);

    /// <summary>Counts a request of another that the receiver is given.</summary>
    /// <returns>False when there are as many as there may be.</returns>
    public bool TryBeginRequest()
    {
        if (Interlocked.Increment(ref _requests) <= ITransport.MaxConcurrentRequests)
        {
            return true;
        }

        EndRequest();
        return false;
    }

    /// <summary>Ends what <see cref="TryBeginRequest"/> began.</summary>
    public void EndRequest() => Interlocked.Decrement(ref _requests);

    /// <summary>Tells the receiver that a peer is out of reach.</summary>
    public void ReportUnreachable(MemberId peer)
    {
        try
        {
            Receiver.PeerUnreachable(peer);
        }
        catch (Exception exception)
        {
            // A receiver must not throw; one that does must not end the attempts to reach the peer.
            Logger.ReceiverFailed(peer, exception);
        }
    }
}
