using System.Threading.Tasks.Sources;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Replica;

/// <summary>A caller that awaits a write.</summary>
/// <typeparam name="TResult">What the write gives.</typeparam>
internal sealed class WriteCall<TResult> : PendingProposal, IValueTaskSource<TResult>
{
    private readonly Func<ApplyResult, TResult> _project;
    private readonly IReplicaSchedule? _schedule;
    private CancellationTokenRegistration _registration;
    private ManualResetValueTaskSourceCore<TResult> _source;

    /// <summary>A call for an encoded command.</summary>
    /// <param name="command">The command, without its id.</param>
    /// <param name="project">Makes the caller's result.</param>
    /// <param name="schedule">What runs the caller's continuation; null in production.</param>
    public WriteCall(Memory<byte> command, Func<ApplyResult, TResult> project, IReplicaSchedule? schedule)
    {
        Command = command;
        _project = project;
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
                static (state, token) => ((PendingCall)state!).TryFail(new OutcomeUnknownException(
                    "The call was cancelled while the write was under way: it may have been executed, or may yet be, "
                    + "once. Read to find out.", new OperationCanceledException(token))),
                this);
        }
    }

    /// <summary>The caller's task.</summary>
    public ValueTask<TResult> Task => new(this, _source.Version);

    /// <inheritdoc />
    public TResult GetResult(short token)
    {
        _registration.Dispose();
        return _source.GetResult(token);
    }

    /// <inheritdoc />
    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    /// <inheritdoc />
    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc />
    protected override void OnApplied(in ApplyResult result)
    {
        if (result.Error is not null)
        {
            OnFailed(result.Error);
            return;
        }

        Give(_project(result));
    }

    /// <inheritdoc />
    protected override void OnFailed(Exception exception)
    {
        try
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
#pragma warning disable CA1031 // As with an answer.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The caller's own context does not take its continuation.
        }
    }

    private void Give(TResult answer)
    {
        try
        {
            if (_schedule is null)
            {
                _source.SetResult(answer);
            }
            else
            {
                GiveInTurn(_schedule, answer);
            }
        }
#pragma warning disable CA1031 // It costs this caller its answer, but neither the other callers nor the replica.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The caller's SynchronizationContext or TaskScheduler does not take its continuation: a window that was
            // closed, say. Nobody is left to be told.
        }
    }

    // Apart from the above, which then makes nothing on the heap.
    private void GiveInTurn(IReplicaSchedule schedule, TResult answer) =>
        schedule.Continue(() => _source.SetResult(answer));
}
