namespace EmbeddedConsensus;

/// <summary>The call ended before its outcome was known: the write may have been executed, at most once. The replica
/// that took the call does not propose it again. <see cref="ResolveAsync"/> finds out for certain what became of
/// it.</summary>
public sealed class OutcomeUnknownException : ConsensusStoreException
{
    /// <summary>The failure.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public OutcomeUnknownException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <inheritdoc />
    /// <remarks>Always true. <see cref="ConsensusStoreException.IsTransient"/> is false, since a repeated
    /// call may execute twice.</remarks>
    public override bool MayHaveExecuted => true;

    /// <summary>Finds out what became of the write; null when there is no replica to ask.</summary>
    internal Func<CancellationToken, ValueTask<WriteOutcome>>? Resolver { get; set; }

    /// <summary>Finds out what became of the write. When the call ended, the replica that took it began to retract the
    /// write under the write's own id, of which the cluster executes at most one; so the write either has been executed
    /// or never will be. Can be called at any time, and again.</summary>
    /// <param name="cancellationToken">Ends the wait. Without a majority, or while this replica is cut off, there is no
    /// answer, and this alone ends it.</param>
    /// <exception cref="OutcomeUnknownException">It cannot be found out any more: the replica that took the call has
    /// stopped, or the call was not a write to this process's replica. Once a replica of that member runs again and a
    /// write through it has succeeded, the lost write has been executed or never will be: read then.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public ValueTask<WriteOutcome> ResolveAsync(CancellationToken cancellationToken = default) =>
        Resolver?.Invoke(cancellationToken)
        ?? ValueTask.FromException<WriteOutcome>(new OutcomeUnknownException(
            "The outcome cannot be found out by this exception, which belongs to no write of a replica in this "
            + "process. Read to find out.", this));
}
