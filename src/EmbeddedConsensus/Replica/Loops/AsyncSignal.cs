using System.Threading.Tasks.Sources;
using EmbeddedConsensus.Watches;

namespace EmbeddedConsensus.Replica;

/// <summary>Wakes one waiter at a time; a wake that nobody waits for is kept for the next.</summary>
internal sealed class AsyncSignal : IWatchSignal, IValueTaskSource, IDisposable
{
    private readonly Lock _gate = new();
    private readonly IReplicaSchedule? _schedule;
    private ManualResetValueTaskSourceCore<bool> _source;
    private CancellationTokenRegistration _registration;
    private bool _isSet;
    private bool _isWaiting;

    /// <summary>A signal that is not set.</summary>
    /// <param name="schedule">What runs the waiter's continuation; null in production.</param>
    public AsyncSignal(IReplicaSchedule? schedule)
    {
        _schedule = schedule;
        _source.RunContinuationsAsynchronously = schedule is null;
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

        if (_schedule is null)
        {
            _source.SetResult(true);
        }
        else
        {
            _schedule.Continue(() => _source.SetResult(true));
        }
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

    /// <summary>Lets others run, and goes on behind them, off the caller's thread and context.</summary>
    public async ValueTask YieldAsync()
    {
        if (_schedule is null)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return;
        }

        TaskCompletionSource turn = new();
        _schedule.Continue(turn.SetResult);
        await turn.Task.ConfigureAwait(false);
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

        OperationCanceledException cancelled = new(cancellationToken);
        if (_schedule is null)
        {
            _source.SetException(cancelled);
        }
        else
        {
            _schedule.Continue(() => _source.SetException(cancelled));
        }
    }
}
