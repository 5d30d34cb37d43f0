using System.Net;
using System.Net.Sockets;

namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>
/// A connection whose handshake is over or under way: a socket, and the stream that bytes go through. The stream is all
/// that the layers above see, so that one which encrypts can stand in its place.
/// </summary>
internal sealed class PeerConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _abort = new();
    private volatile string? _abortReason;

    private PeerConnection(Socket socket, Stream stream)
    {
        _socket = socket;
        Stream = stream;
        Aborted = _abort.Token;
        RemoteAddress = (socket.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        Remote = socket.RemoteEndPoint?.ToString() ?? "an unknown address";
    }

    /// <summary>What is sent and received. One read and one write may run side by side.</summary>
    public Stream Stream { get; }

    /// <summary>The other side, for messages to people.</summary>
    public string Remote { get; }

    /// <summary>The other side's address.</summary>
    public IPAddress RemoteAddress { get; }

    /// <summary>Cancelled by <see cref="Abort"/>.</summary>
    public CancellationToken Aborted { get; }

    /// <summary>Whether <see cref="Abort"/> was called.</summary>
    public bool IsAborted => _abortReason is not null;

    /// <summary>Why <see cref="Abort"/> was called; null when it was not.</summary>
    public string? AbortReason => _abortReason;

    /// <summary>Takes over a connected socket.</summary>
    public static PeerConnection Over(Socket socket, bool noDelay)
    {
        socket.NoDelay = noDelay;
        return new PeerConnection(socket, new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Whether an exception means no more than that a connection ended or was aborted.</summary>
    public static bool IsFailure(Exception exception) =>
        exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException;

    /// <summary>Ends the connection: reads and writes under way fail. May be called at any time, and twice. Nothing
    /// of the connection's owner runs before it returns.</summary>
    /// <param name="reason">What to tell people.</param>
    public void Abort(string reason)
    {
        _abortReason ??= reason;
        _socket.Dispose();
        _ = _abort.CancelAsync();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Abort("The connection was closed.");
        Stream.Dispose();
    }
}
