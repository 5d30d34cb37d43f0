using System.Threading.Tasks.Sources;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Replica;

/// <summary>A write whose caller waits for its result.</summary>
/// <typeparam name="TResult">The type of the result.</typeparam>
internal sealed class WriteCall<TResult> : PendingProposal, IValueTaskSource<TResult>
{
    private readonly Func<ApplyResult, TResult> _project;
    private readonly CallCompletion _completion;
    private CallCancellation _cancellation;
    private ManualResetValueTaskSourceCore<TResult> _source;

    // Exists only if the call ended without an answer after it was proposed.
    private CallTaskSource<WriteOutcome?>? _resolution;

    /// <summary>Creates a call for an encoded command.</summary>
    /// <param name="command">The command, without its id.</param>
    /// <param name="project">Builds the caller's result.</param>
    /// <param name="completion">Decides where the caller's continuation runs.</param>
    public WriteCall(Memory<byte> command, Func<ApplyResult, TResult> project, CallCompletion completion)
    {
        Command = command;
        _project = project;
        _completion = completion;
        _source.RunContinuationsAsynchronously = completion.RunsContinuationsAsynchronously;
    }

    /// <summary>Lets the caller cancel the wait. Called once, after the submission.</summary>
    /// <param name="cancellationToken">The caller's token.</param>
    public void ListenTo(CancellationToken cancellationToken) => _cancellation.Listen(
        this, static (state, token) => ((WriteCall<TResult>)state!).Cancel(token), cancellationToken);

    /// <summary>The caller's task.</summary>
    public ValueTask<TResult> Task => new(this, _source.Version);

    /// <inheritdoc />
    public TResult GetResult(short token) => _source.GetResult(token);

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

        Complete(static state => state.Call._source.SetResult(state.Answer), (Call: this, Answer: _project(result)));
    }

    /// <inheritdoc />
    protected override void OnFailed(Exception exception)
    {
        if (exception is OutcomeUnknownException unknown)
        {
            unknown.Resolver = ResolveAsync;
        }

        Complete(static state => state.Call._source.SetException(state.Failure), (Call: this, Failure: exception));
    }

    /// <inheritdoc />
    protected override void OnResolved(ProposalOutcome? outcome) => Resolution.TrySetResult(
        outcome is { } known ? new WriteOutcome(known.WasExecuted, known.Revision == 0 ? null : known.Revision) : null);

    private CallTaskSource<WriteOutcome?> Resolution =>
        Volatile.Read(ref _resolution)
        ?? Interlocked.CompareExchange(ref _resolution, new CallTaskSource<WriteOutcome?>(_completion), null)
        ?? _resolution;

    private void Cancel(CancellationToken cancellationToken)
    {
        if (TryEnd(out bool wasProposed))
        {
            OnFailed(wasProposed
                ? new WriteCanceledException(
                    "The call was cancelled while the write was under way: it may have been executed, once, or may yet "
                    + "be while the replica retracts it. Resolve the exception to find out what became of it.",
                    mayHaveExecuted: true, cancellationToken)
                {
                    Resolver = ResolveAsync,
                }
                : new WriteCanceledException(
                    "The call was cancelled before the write was proposed. Nothing was executed, and nothing will be.",
                    mayHaveExecuted: false, cancellationToken));
        }
    }

    private async ValueTask<WriteOutcome> ResolveAsync(CancellationToken cancellationToken) =>
        await Resolution.Task.WaitAsync(cancellationToken).ConfigureAwait(false)
        ?? throw new OutcomeUnknownException(
            "What became of the write cannot be found out: the replica has stopped before it knew, or had caught up by "
            + "a snapshot that does not hold it any more. Read to find out. Once a write through this member has "
            + "succeeded after a restart, the lost one has been executed or never will be.");

    private void Complete<TState>(Action<TState> complete, TState state)
    {
        _cancellation.Release();
        try
        {
            _completion.Complete(complete, state);
        }
#pragma warning disable CA1031 // It costs this caller its answer, but neither the other callers nor the replica.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The caller's SynchronizationContext or TaskScheduler does not accept its continuation: a window that was
            // closed, say. There is no one left to report to.
        }
    }
}
