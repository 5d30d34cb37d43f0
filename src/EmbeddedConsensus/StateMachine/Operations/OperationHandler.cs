using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>
/// All that is known of one kind of operation: how a request is checked and encoded, and how the encoded operation is
/// judged and run. <see cref="OperationTable"/> lists the handlers; a new operation is a new handler.
/// </summary>
/// <remarks>Encoded, an operation is a body that stands after a <see cref="CommandHeader"/>, or inside a transaction
/// after its kind and its length. A body never changes its layout within a format version: what cannot be read entirely
/// is not executed, or the members would come to different states (design decision D6).</remarks>
internal abstract class OperationHandler
{
    /// <summary>The kind.</summary>
    public abstract OperationKind Kind { get; }

    /// <summary>The type of the requests.</summary>
    public abstract Type OperationType { get; }

    /// <summary>The first command format that has the kind. A cluster with a member that reads older formats only
    /// refuses the operation.</summary>
    public virtual byte FirstFormat => CommandFormat.First;

    /// <summary>Whether it may be part of a transaction. It then runs inside a transaction of the store, also when it
    /// is a command of its own.</summary>
    public virtual bool IsTransactional => true;

    /// <summary>The oldest command format in which a request can be written.</summary>
    public virtual byte FormatOf(Operation operation) => FirstFormat;

    /// <summary>Checks a request.</summary>
    /// <param name="operation">The request.</param>
    /// <param name="limits">The limits on requests.</param>
    /// <param name="scope">The transaction that the operation is part of; null for a command of its own.</param>
    /// <exception cref="InvalidRequestException">The request cannot be executed.</exception>
    public abstract void Check(Operation operation, RequestValidator limits, TxnScope? scope);

    /// <summary>Adds the keys that a request may write to those of the transaction that it is part of.</summary>
    /// <exception cref="InvalidRequestException">The transaction writes one of them twice.</exception>
    public virtual void AddWrites(Operation operation, TxnWrites writes)
    {
    }

    /// <summary>The length of the encoded request, in bytes.</summary>
    public abstract long LengthOf(Operation operation);

    /// <summary>Encodes a request.</summary>
    public abstract void Write(ref CommandWriter writer, Operation operation);

    /// <summary>Why an encoded operation cannot be executed in any state; null when it can. What a format allows never
    /// changes in a later release: every member has to come to the same conclusion.</summary>
    /// <param name="body">The encoded operation.</param>
    /// <param name="format">The command format that it is written in; <see cref="CommandFormat.Any"/> to leave aside
    /// what this release does not know.</param>
    /// <param name="depth">How many transactions the operation is inside.</param>
    /// <exception cref="InvariantViolationException">It is malformed.</exception>
    public virtual string? FaultOf(ReadOnlySpan<byte> body, byte format, int depth)
    {
        CommandReader reader = new(body);
        string? fault = Inspect(ref reader);
        reader.RequireEnd();
        return fault;
    }

    /// <summary>Decides, against the state before the whole command, whether an encoded operation may run. Changes
    /// nothing.</summary>
    /// <returns>Why the command is refused; null when it runs.</returns>
    public virtual ConsensusStoreException? Judge(ReadOnlySpan<byte> body, ApplyContext context) => null;

    /// <summary>Runs an encoded operation that was judged.</summary>
    /// <returns>What it did, without the revision.</returns>
    public abstract ApplyResult Run(ReadOnlySpan<byte> body, ApplyContext context);

    /// <summary>What an operation of a transaction did, for the caller.</summary>
    /// <param name="result">What <see cref="Run"/> returned.</param>
    /// <param name="revision">The revision after the transaction.</param>
    public virtual OperationResult Respond(in ApplyResult result, long revision) =>
        throw new InvariantViolationException($"An operation of kind {Kind} cannot be part of a transaction.");

    /// <summary>Completes what <see cref="Run"/> returned for a command of its own.</summary>
    /// <param name="result">What it returned.</param>
    /// <param name="revision">The revision after the command.</param>
    public virtual ApplyResult Complete(in ApplyResult result, long revision) => result with { Revision = revision };

    /// <summary>Executes an encoded operation as a command of its own: as a whole, or not at all.</summary>
    public ApplyResult Execute(ReadOnlySpan<byte> body, ApplyContext context)
    {
        context.Begin();
        if (Judge(body, context) is { } refusal)
        {
            return new ApplyResult(context.Store.CurrentRevision, Error: refusal);
        }

        if (!IsTransactional)
        {
            return Complete(Run(body, context), context.Store.CurrentRevision);
        }

        context.Store.BeginTxn();
        ApplyResult result = Run(body, context);
        context.Store.EndTxn();
        return Complete(result, context.Store.CurrentRevision);
    }

    /// <summary>Reads an encoded operation to its end. Every operation with a body has its own.</summary>
    /// <returns>Why it cannot be executed in any state; null when it can.</returns>
    protected virtual string? Inspect(ref CommandReader reader) => null;
}
