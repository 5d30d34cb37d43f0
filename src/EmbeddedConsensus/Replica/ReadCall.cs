using System.Threading.Tasks.Sources;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>A caller that awaits the right to read.</summary>
internal sealed class ReadCall : PendingRead, IValueTaskSource
{
    private readonly CancellationTokenRegistration _registration;
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };

    /// <summary>A read.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ReadCall(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(
                static (state, token) => ((PendingCall)state!).TryFail(new OperationCanceledException(token)), this);
        }
    }

    /// <summary>The caller's task.</summary>
    public ValueTask Task => new(this, _source.Version);

    /// <inheritdoc />
    public void GetResult(short token)
    {
        _registration.Dispose();
        _source.GetResult(token);
    }

    /// <inheritdoc />
    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    /// <inheritdoc />
    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc />
    protected override void OnReleased() => _source.SetResult(true);

    /// <inheritdoc />
    protected override void OnFailed(Exception exception) => _source.SetException(exception);
}
