using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>An <see cref="OperationHandler"/> of one type of request.</summary>
/// <typeparam name="TOperation">The type of the requests.</typeparam>
/// <param name="kind">The kind.</param>
internal abstract class OperationHandler<TOperation>(OperationKind kind) : OperationHandler
    where TOperation : Operation
{
    /// <inheritdoc />
    public sealed override OperationKind Kind => kind;

    /// <inheritdoc />
    public sealed override Type OperationType => typeof(TOperation);

    /// <inheritdoc />
    public sealed override byte FormatOf(Operation operation) => FormatOf((TOperation)operation);

    /// <inheritdoc />
    public sealed override void Check(Operation operation, RequestValidator limits, TxnScope? scope) =>
        Check((TOperation)operation, limits, scope);

    /// <inheritdoc />
    public sealed override void AddWrites(Operation operation, TxnWrites writes) =>
        AddWrites((TOperation)operation, writes);

    /// <inheritdoc />
    public sealed override long LengthOf(Operation operation) => LengthOf((TOperation)operation);

    /// <inheritdoc />
    public sealed override void Write(ref CommandWriter writer, Operation operation) =>
        Write(ref writer, (TOperation)operation);

    /// <inheritdoc cref="OperationHandler.FormatOf" />
    protected virtual byte FormatOf(TOperation operation) => FirstFormat;

    /// <inheritdoc cref="OperationHandler.Check" />
    protected abstract void Check(TOperation operation, RequestValidator limits, TxnScope? scope);

    /// <inheritdoc cref="OperationHandler.AddWrites" />
    protected virtual void AddWrites(TOperation operation, TxnWrites writes)
    {
    }

    /// <inheritdoc cref="OperationHandler.LengthOf" />
    protected abstract long LengthOf(TOperation operation);

    /// <inheritdoc cref="OperationHandler.Write" />
    protected abstract void Write(ref CommandWriter writer, TOperation operation);

    /// <summary>The name of the argument at fault in an error: inside a transaction, the whole transaction.</summary>
    protected static string Argument(string name, TxnScope? scope) => scope is null ? name : "txn";
}
