namespace EmbeddedConsensus;

/// <summary>The caller cancelled a write. The replica does not propose it any more. A write that was not proposed yet
/// is not executed; one that was may be, at most once: see <see cref="MayHaveExecuted"/>.</summary>
/// <remarks>Code that handles <see cref="OperationCanceledException"/> handles it as well: a background service that
/// stops while it writes ends as cancelled, and not as failed.</remarks>
public sealed class WriteCanceledException : OperationCanceledException
{
    /// <summary>Creates a cancellation.</summary>
    /// <param name="message">What became of the write, and what to do.</param>
    /// <param name="mayHaveExecuted">Whether the write may have been executed, or may yet be.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public WriteCanceledException(string message, bool mayHaveExecuted, CancellationToken cancellationToken)
        : base(message, cancellationToken) => MayHaveExecuted = mayHaveExecuted;

    /// <summary>Whether the write may have been executed, or may yet be, at most once: <see cref="ResolveAsync"/> finds
    /// out. False when it had not been proposed: then nothing was executed and nothing will be.</summary>
    public bool MayHaveExecuted { get; }

    /// <summary>Finds out what became of the write; null when there is no replica to ask.</summary>
    internal Func<CancellationToken, ValueTask<WriteOutcome>>? Resolver { get; init; }

    /// <summary>Finds out what became of the write, like <see cref="OutcomeUnknownException.ResolveAsync"/>. At once
    /// when it had not been proposed.</summary>
    /// <param name="cancellationToken">Ends the wait. The token of the call is cancelled: use another.</param>
    /// <exception cref="OutcomeUnknownException">It cannot be found out any more: the replica that took the call has
    /// stopped.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public ValueTask<WriteOutcome> ResolveAsync(CancellationToken cancellationToken = default)
    {
        if (!MayHaveExecuted)
        {
            return new ValueTask<WriteOutcome>(new WriteOutcome(wasExecuted: false, revision: null));
        }

        return Resolver?.Invoke(cancellationToken)
            ?? ValueTask.FromException<WriteOutcome>(new OutcomeUnknownException(
                "The outcome cannot be found out by this exception, which belongs to no write of a replica in this "
                + "process. Read to find out.", this));
    }
}
