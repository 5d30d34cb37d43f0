using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>Requests, which need no peer.</summary>
internal sealed partial class ClusterTransport
{
    // In virtual time. A member that stands still answers nothing.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    // Not disposed: it has no timer, and requests that are under way still look at it.
    private readonly CancellationTokenSource _stop = new();
    private int _requests;

    /// <inheritdoc />
    public async ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        string address, ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);
        TransportLimits.CheckRequest(request.Length);
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ClusterTransport target = network.FindAddress(this, address);
        using CancellationTokenSource silence = new(Silence, network.Time);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, silence.Token, _stop.Token, target._stop.Token);
        try
        {
            ReadOnlyMemory<byte> answer = await target.AnswerAsync(request.ToArray(), ended.Token)
                .ConfigureAwait(false);

            // A link that was cut meanwhile carries no answer.
            network.FindAddress(this, address);
            return answer;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransportException(
                $"The member at '{address}' does not answer, or one of the two stops.", exception);
        }
    }

    private async Task<ReadOnlyMemory<byte>> AnswerAsync(byte[] request, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _requests) > TransportLimits.MaxConcurrentRequests)
            {
                throw new TransportException(
                    $"The member at '{address}' works on as many requests as it may. Ask later.");
            }

            ReadOnlyMemory<byte> answer = await _receiver!.HandleRequestAsync(request, cancellationToken).AsTask()
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            return answer.Length <= TransportLimits.MaxRequestBytes
                ? answer.ToArray()
                : throw new TransportException($"The answer of the member at '{address}' is too long.");
        }
        catch (Exception exception) when (exception is not (TransportException or OperationCanceledException))
        {
            throw new TransportException($"The member at '{address}' could not answer: {exception.Message}", exception);
        }
        finally
        {
            Interlocked.Decrement(ref _requests);
        }
    }
}
