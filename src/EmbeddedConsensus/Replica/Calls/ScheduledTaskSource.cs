namespace EmbeddedConsensus.Replica;

/// <summary>A task that a lane ends and somebody off the lanes awaits.</summary>
/// <typeparam name="TResult">What the task gives.</typeparam>
/// <param name="schedule">What runs the continuations; null in production, where the thread pool does.</param>
internal sealed class ScheduledTaskSource<TResult>(IReplicaSchedule? schedule)
{
    private readonly TaskCompletionSource<TResult> _source = new(
        schedule is null ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);

    /// <summary>The task.</summary>
    public Task<TResult> Task => _source.Task;

    /// <summary>Ends the task with a result. Called once.</summary>
    public void SetResult(TResult result)
    {
        if (schedule is null)
        {
            _source.SetResult(result);
        }
        else
        {
            schedule.Continue(() => _source.SetResult(result));
        }
    }

    /// <summary>Ends the task with a failure. Called once.</summary>
    public void SetException(Exception exception)
    {
        if (schedule is null)
        {
            _source.SetException(exception);
        }
        else
        {
            schedule.Continue(() => _source.SetException(exception));
        }
    }
}
