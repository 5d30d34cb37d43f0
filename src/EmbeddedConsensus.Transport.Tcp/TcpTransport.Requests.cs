using System.Text;
using EmbeddedConsensus.Transport.Tcp.Connections;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp;

/// <content>Requests: each has a short connection of its own, so that none waits for another.</content>
public sealed partial class TcpTransport
{
    /// <inheritdoc />
    /// <exception cref="ObjectDisposedException">The transport is disposed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        string address, ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        ITransport.CheckRequest(request.Length);
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping);
        ended.CancelAfter(_options.RequestTimeout);
        bool isConnected = false;
        try
        {
            (PeerConnection connection, byte version) = await PeerDialer.DialAsync(
                _context, new MemberEndpoint(MemberId.None, address), null, TransportLane.Request, ended.Token)
                .ConfigureAwait(false);
            isConnected = true;
            using (connection)
            {
                byte[] answer = await AskAsync(connection.Stream, version, request, ended.Token).ConfigureAwait(false);
                return Answer(address, answer);
            }
        }
        catch (Exception exception) when (
            !cancellationToken.IsCancellationRequested
            && (exception is ProtocolException or TimeoutException || PeerConnection.IsFailure(exception)))
        {
            string reason = exception switch
            {
                OperationCanceledException when _stopping.IsCancellationRequested => "This transport stops.",
                OperationCanceledException => $"There was no answer in {_options.RequestTimeout.TotalSeconds} s.",
                _ => exception.Message,
            };
            throw new TransportException($"The request to {address} was not answered: {reason}", exception)
            {
                IsWrongCluster = exception is ProtocolException { IsWrongCluster: true },
                IsUndelivered = !isConnected,
            };
        }
    }

    private static async Task<byte[]> AskAsync(
        Stream stream, byte version, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        await RequestFrame.WriteAsync(stream, version, request, cancellationToken).ConfigureAwait(false);
        return await RequestFrame.ReadAsync(stream, version, cancellationToken).ConfigureAwait(false);
    }

    private static ReadOnlyMemory<byte> Answer(string address, byte[] body) =>
        body.Length == 0
            ? throw new ProtocolException("The answer has no status.")
            : (RequestStatus)body[0] switch
            {
                RequestStatus.Answered => body.AsMemory(1),
                RequestStatus.Busy => throw new TransportException(
                    $"The member at {address} works on as many requests as it may. Ask later.")
                {
                    IsUndelivered = true,
                },
                _ => throw new TransportException(
                    $"The member at {address} could not answer: {Encoding.UTF8.GetString(body.AsSpan(1))}"),
            };
}
