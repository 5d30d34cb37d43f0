using System.Threading.Tasks.Sources;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>A linearizable read whose caller waits until this replica may serve it.</summary>
internal sealed class ReadCall : PendingRead, IValueTaskSource
{
    private readonly CallCompletion _completion;
    private CallCancellation _cancellation;
    private ManualResetValueTaskSourceCore<bool> _source;

    /// <summary>Creates a call.</summary>
    /// <param name="completion">Decides where the caller's continuation runs.</param>
    public ReadCall(CallCompletion completion)
    {
        _completion = completion;
        _source.RunContinuationsAsynchronously = completion.RunsContinuationsAsynchronously;
    }

    /// <summary>Lets the caller cancel the wait. Called once, after the submission.</summary>
    /// <param name="cancellationToken">The caller's token.</param>
    public void ListenTo(CancellationToken cancellationToken) => _cancellation.Listen(
        this,
        static (state, token) => ((PendingCall)state!).TryFail(new OperationCanceledException(token)),
        cancellationToken);

    /// <summary>The caller's task.</summary>
    public ValueTask Task => new(this, _source.Version);

    /// <inheritdoc />
    public void GetResult(short token) => _source.GetResult(token);

    /// <inheritdoc />
    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    /// <inheritdoc />
    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc />
    protected override void OnReleased()
    {
        _cancellation.Release();
        _completion.Complete(static call => call._source.SetResult(true), this);
    }

    /// <inheritdoc />
    protected override void OnFailed(Exception exception)
    {
        _cancellation.Release();
        _completion.Complete(
            static state => state.Call._source.SetException(state.Failure), (Call: this, Failure: exception));
    }
}
