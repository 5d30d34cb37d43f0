using System.Text;
using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <content>A connection that carries one request and its answer.</content>
internal sealed partial class InboundConnection
{
    private const int MaxFailureTextBytes = 4 * 1024;

    private async Task ServeRequestAsync(byte version, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, connection.Aborted);
        ended.CancelAfter(context.Options.RequestTimeout);
        try
        {
            byte[] request =
                await RequestFrame.ReadAsync(connection.Stream, version, ended.Token).ConfigureAwait(false);

            if (!context.TryBeginRequest())
            {
                await WriteAnswerAsync([(byte)RequestStatus.Busy], version, ended).ConfigureAwait(false);
                return;
            }

            try
            {
                // Not before: a connection that has not sent its request yet must not hold a slot that others want.
                Admit();
                byte[] answer = await AnswerWatchedAsync(request, ended).ConfigureAwait(false);
                await WriteAnswerAsync(answer, version, ended).ConfigureAwait(false);
            }
            finally
            {
                context.EndRequest();
            }
        }
        catch (Exception exception) when (exception is ProtocolException || PeerConnection.IsFailure(exception))
        {
            if (!stopping.IsCancellationRequested)
            {
                LogRefusal("A request was not answered: " + exception.Message);
            }
        }
    }

    // One that does not take its answer must not hold a slot for as long as a request may take.
    private async Task WriteAnswerAsync(byte[] answer, byte version, CancellationTokenSource ended)
    {
        ended.CancelAfter(context.Options.HandshakeTimeout);
        await RequestFrame.WriteAsync(connection.Stream, version, answer, ended.Token).ConfigureAwait(false);
    }

    private async Task<byte[]> AnswerWatchedAsync(byte[] request, CancellationTokenSource ended)
    {
        using var answered = new CancellationTokenSource();
        Task watch = WatchAskerAsync(ended, answered.Token);
        try
        {
            return await AnswerAsync(request, ended.Token).ConfigureAwait(false);
        }
        finally
        {
            await answered.CancelAsync().ConfigureAwait(false);
            await watch.ConfigureAwait(false);
        }
    }

    private async Task<byte[]> AnswerAsync(byte[] request, CancellationToken cancellationToken)
    {
        try
        {
            // A receiver that ignores the cancellation does not delay the shutdown.
            ReadOnlyMemory<byte> answer = await context.Receiver.HandleRequestAsync(request, cancellationToken).AsTask()
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            return answer.Length <= ITransport.MaxRequestBytes
                ? [(byte)RequestStatus.Answered, .. answer.Span]
                : Failure($"The answer has {answer.Length} bytes; the limit is {ITransport.MaxRequestBytes}.");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return Failure(exception.Message);
        }
    }

    private static byte[] Failure(string message)
    {
        byte[] text = Encoding.UTF8.GetBytes(message);
        return [(byte)RequestStatus.Failed, .. text.AsSpan(0, Math.Min(text.Length, MaxFailureTextBytes))];
    }

    // After its request the sender sends nothing, so a read completes only when the connection ends.
    private async Task WatchAskerAsync(CancellationTokenSource ended, CancellationToken answered)
    {
        try
        {
            await connection.Stream.ReadAsync(new byte[1], answered).ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (PeerConnection.IsFailure(exception))
        {
            if (!answered.IsCancellationRequested)
            {
                await ended.CancelAsync().ConfigureAwait(false);
            }
        }
    }
}
