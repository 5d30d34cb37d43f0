using System.Threading.Tasks.Sources;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>A caller that awaits the right to read.</summary>
internal sealed class ReadCall : PendingRead, IValueTaskSource
{
    private readonly IReplicaSchedule? _schedule;
    private CancellationTokenRegistration _registration;
    private ManualResetValueTaskSourceCore<bool> _source;

    /// <summary>A call.</summary>
    /// <param name="schedule">What runs the caller's continuation; null in production.</param>
    public ReadCall(IReplicaSchedule? schedule)
    {
        _schedule = schedule;
        _source.RunContinuationsAsynchronously = schedule is null;
    }

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
    protected override void OnReleased()
    {
        if (_schedule is null)
        {
            _source.SetResult(true);
        }
        else
        {
            _schedule.Continue(() => _source.SetResult(true));
        }
    }

    /// <inheritdoc />
    protected override void OnFailed(Exception exception)
    {
        if (_schedule is null)
        {
            _source.SetException(exception);
        }
        else
        {
            _schedule.Continue(() => _source.SetException(exception));
        }
    }
}
