using System.Threading.Tasks.Sources;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>A caller that awaits the right to read.</summary>
internal sealed class ReadCall : PendingRead, IValueTaskSource
{
    private CancellationTokenRegistration _registration;
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };

    /// <summary>Lets the caller end the wait. Called once, behind the submission.</summary>
    /// <param name="cancellationToken">The caller's token.</param>
    public void ListenTo(CancellationToken cancellationToken)
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
