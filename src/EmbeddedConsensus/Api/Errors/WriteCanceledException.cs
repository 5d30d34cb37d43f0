namespace EmbeddedConsensus;

/// <summary>The caller cancelled a write. Cancelling ends the wait and not the write, so see
/// <see cref="MayHaveExecuted"/>.</summary>
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

    /// <summary>Whether the write may have been executed, or may yet be, at most once: read to find out. False when the
    /// token was cancelled before the call: then nothing was executed and nothing will be.</summary>
    public bool MayHaveExecuted { get; }
}
