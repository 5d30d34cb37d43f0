namespace EmbeddedConsensus.Replica;

/// <summary>Decides where the continuations of callers run: on the thread pool in production, and in tests when the
/// schedule says so. Never on a thread of the replica (design decision D15).</summary>
/// <param name="schedule">The schedule of a test; null in production.</param>
internal sealed class CallCompletion(IReplicaSchedule? schedule)
{
    /// <summary>Whether a task source has to run its continuations asynchronously. With a schedule they run inside
    /// <see cref="Complete"/>, in the turn that the schedule gives them.</summary>
    public bool RunsContinuationsAsynchronously => schedule is null;

    /// <summary>How a <see cref="TaskCompletionSource"/> has to be created.</summary>
    public TaskCreationOptions TaskOptions =>
        schedule is null ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None;

    /// <summary>Completes a task source whose continuations belong to a caller. In production this allocates nothing.
    /// </summary>
    /// <typeparam name="TState">The type of <paramref name="state"/>.</typeparam>
    /// <param name="complete">Sets the result or the exception; a static lambda.</param>
    /// <param name="state">Passed to <paramref name="complete"/>.</param>
    public void Complete<TState>(Action<TState> complete, TState state)
    {
        if (schedule is null)
        {
            complete(state);
        }
        else
        {
            CompleteInTurn(schedule, complete, state);
        }
    }

    /// <summary>Cancels a source whose callbacks belong to callers.</summary>
    /// <param name="source">The source: cancelled at once in production, while its callbacks run on the thread
    /// pool.</param>
    public void Cancel(CancellationTokenSource source)
    {
        if (schedule is null)
        {
            _ = source.CancelAsync();
        }
        else
        {
            schedule.Continue(source.Cancel);
        }
    }

    /// <summary>Lets other work run, and resumes off the caller's thread and context.</summary>
    public async ValueTask YieldAsync()
    {
        if (schedule is null)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return;
        }

        TaskCompletionSource turn = new();
        schedule.Continue(turn.SetResult);
        await turn.Task.ConfigureAwait(false);
    }

    /// <summary>Runs work that takes long off the caller's thread. With a schedule it runs at once, in the caller's
    /// turn.</summary>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Prevents the start.</param>
    public Task<TResult> RunAsync<TResult>(Func<TResult> work, CancellationToken cancellationToken) =>
        schedule is null ? Task.Run(work, cancellationToken) : Task.FromResult(work());

    // A method of its own, so that the closure is allocated only here.
    private static void CompleteInTurn<TState>(IReplicaSchedule schedule, Action<TState> complete, TState state) =>
        schedule.Continue(() => complete(state));
}
