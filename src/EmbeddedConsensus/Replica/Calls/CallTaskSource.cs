namespace EmbeddedConsensus.Replica;

/// <summary>A task that a thread of the replica completes and a caller awaits.</summary>
/// <typeparam name="TResult">The type of the result.</typeparam>
/// <param name="completion">Decides where the continuations run.</param>
internal sealed class CallTaskSource<TResult>(CallCompletion completion)
{
    private readonly TaskCompletionSource<TResult> _source = new(completion.TaskOptions);

    /// <summary>The task.</summary>
    public Task<TResult> Task => _source.Task;

    /// <summary>Completes the task with a result. Called once.</summary>
    public void SetResult(TResult result) => completion.Complete(
        static state => state.Source.SetResult(state.Result), (Source: _source, Result: result));

    /// <summary>Completes the task with a result, unless it is complete.</summary>
    public void TrySetResult(TResult result) => completion.Complete(
        static state => state.Source.TrySetResult(state.Result), (Source: _source, Result: result));

    /// <summary>Completes the task with a failure. Called once.</summary>
    public void SetException(Exception exception) => completion.Complete(
        static state => state.Source.SetException(state.Failure), (Source: _source, Failure: exception));
}
