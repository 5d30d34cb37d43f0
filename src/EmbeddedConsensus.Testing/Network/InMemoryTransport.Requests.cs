using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Network;

/// <content>Requests, which need no peer.</content>
internal sealed partial class InMemoryTransport
{
    private int _requests;

    /// <inheritdoc />
    /// <exception cref="ObjectDisposedException">The transport is disposed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        string address, ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        ITransport.CheckRequest(request.Length);
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(Stopping.IsCancellationRequested, this);
        InMemoryTransport target = _network.RouteRequest(this, address);
        using CancellationTokenSource timeout = new(_options.RequestTimeout, _network.Time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, timeout.Token, Stopping, target.Stopping);
        try
        {
            // On the pool: the receiver may take its time before it returns.
            Task<ReadOnlyMemory<byte>> answering = _network.Wire is null
                ? Task.Run(() => target.AnswerAsync(request.ToArray(), ended.Token), ended.Token)
                : target.AnswerAsync(request.ToArray(), ended.Token);
            ReadOnlyMemory<byte> answer = await answering.WaitAsync(ended.Token).ConfigureAwait(false);
            RouteAnswer(address);
            return answer;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransportException(
                timeout.IsCancellationRequested
                    ? $"The member at '{address}' did not answer within {_options.RequestTimeout.TotalSeconds} s."
                    : $"The member at '{address}' went away, or this transport stops.",
                exception);
        }
    }

    /// <summary>A link that was cut meanwhile carries no answer.</summary>
    private void RouteAnswer(string address)
    {
        try
        {
            _network.RouteRequest(this, address);
        }
        catch (TransportException exception)
        {
            throw new TransportException($"The answer was lost: {exception.Message}", exception);
        }
    }

    private async Task<ReadOnlyMemory<byte>> AnswerAsync(byte[] request, CancellationToken cancellationToken)
    {
        if (_receiver is not { } receiver || !TryEnter())
        {
            throw new TransportException($"The member at '{Address}' stops.") { IsUndelivered = true };
        }

        try
        {
            if (Interlocked.Increment(ref _requests) > ITransport.MaxConcurrentRequests)
            {
                throw new TransportException(
                    $"The member at '{Address}' works on as many requests as it may. Ask later.")
                {
                    IsUndelivered = true,
                };
            }

            // A receiver that ignores the cancellation delays neither side's shutdown.
            ReadOnlyMemory<byte> answer = await receiver.HandleRequestAsync(request, cancellationToken).AsTask()
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            return answer.Length <= ITransport.MaxRequestBytes
                ? answer.ToArray()
                : throw new TransportException($"The answer of the member at '{Address}' is too long.");
        }
        catch (Exception exception) when (exception is not (TransportException or OperationCanceledException))
        {
            throw new TransportException($"The member at '{Address}' could not answer: {exception.Message}", exception);
        }
        finally
        {
            Interlocked.Decrement(ref _requests);
            Exit();
        }
    }
}
