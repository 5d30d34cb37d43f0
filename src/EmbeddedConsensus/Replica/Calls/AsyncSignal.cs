using System.Threading.Tasks.Sources;
using EmbeddedConsensus.Watches;

namespace EmbeddedConsensus.Replica;

/// <summary>Wakes one waiter at a time. A wake without a waiter is kept for the next one.</summary>
internal sealed class AsyncSignal : IWatchSignal, IValueTaskSource, IDisposable
{
    private readonly Lock _gate = new();
    private readonly CallCompletion _completion;
    private ManualResetValueTaskSourceCore<bool> _source;
    private CancellationTokenRegistration _registration;
    private bool _isSet;
    private bool _isWaiting;

    /// <summary>Creates a signal that is not set.</summary>
    /// <param name="completion">Decides where the waiter's continuation runs.</param>
    public AsyncSignal(CallCompletion completion)
    {
        _completion = completion;
        _source.RunContinuationsAsynchronously = completion.RunsContinuationsAsynchronously;
    }

    /// <inheritdoc />
    public void Wake()
    {
        lock (_gate)
        {
            if (!_isWaiting)
            {
                _isSet = true;
                return;
            }

            _isWaiting = false;
        }

        _completion.Complete(static signal => signal._source.SetResult(true), this);
    }

    /// <summary>Waits for a wake. One waiter at a time.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return default;
            }

            _source.Reset();
            _isWaiting = true;
        }

        ValueTask task = new(this, _source.Version);
        _registration.Dispose();
        _registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((AsyncSignal)state!).Cancel(token), this);
        return task;
    }

    /// <inheritdoc />
    public void GetResult(short token) => _source.GetResult(token);

    /// <inheritdoc />
    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    /// <inheritdoc />
    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc />
    public void Dispose() => _registration.Dispose();

    private void Cancel(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_isWaiting)
            {
                return;
            }

            _isWaiting = false;
        }

        _completion.Complete(
            static state => state.Signal._source.SetException(new OperationCanceledException(state.Token)),
            (Signal: this, Token: cancellationToken));
    }
}
