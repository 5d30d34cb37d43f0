using System.Collections.Immutable;
using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>
/// Runs a transaction. First all conditions of the whole tree are judged, and all operations on the chosen path,
/// against the state before the transaction; only then does anything run. So a transaction is refused as a whole or
/// runs as a whole, and alike on every member (scenario 43).
/// </summary>
/// <remarks>Encoded: three lists, each after its length in bytes. The list of conditions holds each after its length;
/// the success and the failure list hold each operation after its kind and its length.</remarks>
/// <param name="table">The operations that a transaction can hold.</param>
internal sealed class TxnOperationHandler(OperationTable table) : OperationHandler<TxnOperation>(OperationKind.Txn)
{
    /// <inheritdoc />
    public override string? FaultOf(ReadOnlySpan<byte> body, byte format, int depth)
    {
        if (depth >= TxnScope.MaxDepth)
        {
            return $"A command has transactions that are nested deeper than {TxnScope.MaxDepth} levels.";
        }

        CommandReader reader = new(body);
        CommandReader conditions = new(reader.ReadBytes());
        ReadOnlySpan<byte> success = reader.ReadBytes();
        ReadOnlySpan<byte> failure = reader.ReadBytes();
        reader.RequireEnd();
        string? fault = null;
        while (fault is null && !conditions.AtEnd)
        {
            fault = TxnCondition.FaultOf(conditions.ReadBytes());
        }

        return fault ?? FaultOfList(success, format, depth + 1) ?? FaultOfList(failure, format, depth + 1);
    }

    /// <inheritdoc />
    public override ConsensusStoreException? Judge(ReadOnlySpan<byte> body, ApplyContext context)
    {
        CommandReader reader = new(body);
        CommandReader conditions = new(reader.ReadBytes());
        bool holds = true;
        while (holds && !conditions.AtEnd)
        {
            holds = TxnCondition.Holds(conditions.ReadBytes(), context.Store.WriterView);
        }

        context.AddVerdict(holds);
        CommandReader chosen = ChosenList(ref reader, holds);

        // A refusal does not end the walk: an operation that cannot be read stops the replica before anything runs.
        ConsensusStoreException? refusal = null;
        while (!chosen.AtEnd)
        {
            OperationHandler handler = ReadKind(ref chosen);
            ConsensusStoreException? next = handler.Judge(chosen.ReadBytes(), context);
            refusal ??= next;
        }

        return refusal;
    }

    /// <inheritdoc />
    public override ApplyResult Run(ReadOnlySpan<byte> body, ApplyContext context)
    {
        bool succeeded = context.NextVerdict();
        CommandReader reader = new(body);
        reader.ReadBytes();
        CommandReader chosen = ChosenList(ref reader, succeeded);
        TxnOutcome? outcome = context.WantsResult ? new TxnOutcome(succeeded) : null;
        while (!chosen.AtEnd)
        {
            OperationHandler handler = ReadKind(ref chosen);
            ApplyResult result = handler.Run(chosen.ReadBytes(), context);
            outcome?.Add(handler, result);
        }

        return new ApplyResult(0, Payload: outcome);
    }

    /// <inheritdoc />
    public override OperationResult Respond(in ApplyResult result, long revision) =>
        new TxnOperationResult(((TxnOutcome)result.Payload!).ToResult(revision));

    /// <inheritdoc />
    public override ApplyResult Complete(in ApplyResult result, long revision) =>
        new(revision, Payload: ((TxnOutcome?)result.Payload)?.ToResult(revision));

    /// <inheritdoc />
    protected override byte FormatOf(TxnOperation operation)
    {
        byte format = FirstFormat;
        foreach (ImmutableArray<Operation> list in (ReadOnlySpan<ImmutableArray<Operation>>)
            [operation.Txn.Success, operation.Txn.Failure])
        {
            foreach (Operation inner in list)
            {
                format = Math.Max(format, table.HandlerOf(inner).FormatOf(inner));
            }
        }

        return format;
    }

    /// <inheritdoc />
    protected override void Check(TxnOperation operation, RequestValidator limits, TxnScope? scope)
    {
        if (operation.Txn is not { } txn)
        {
            throw new InvalidRequestException("txn", "The transaction is null.");
        }

        bool isOutermost = scope is null;
        scope ??= new TxnScope(limits);
        scope.Enter();
        scope.AddConditions(txn.Conditions.Length);
        foreach (Compare condition in txn.Conditions)
        {
            TxnCondition.Check(condition);
        }

        CheckList(txn.Success, limits, scope);
        CheckList(txn.Failure, limits, scope);
        scope.Leave();
        if (isOutermost)
        {
            _ = WritesOf(txn);
        }
    }

    /// <inheritdoc />
    protected override void AddWrites(TxnOperation operation, TxnWrites writes) =>
        writes.AddInner(WritesOf(operation.Txn));

    /// <inheritdoc />
    protected override long LengthOf(TxnOperation operation) =>
        CommandWriter.BytesLength(ConditionsLength(operation.Txn))
        + CommandWriter.BytesLength(ListLength(operation.Txn.Success))
        + CommandWriter.BytesLength(ListLength(operation.Txn.Failure));

    /// <inheritdoc />
    protected override void Write(ref CommandWriter writer, TxnOperation operation)
    {
        writer.WriteNumber(ConditionsLength(operation.Txn));
        foreach (Compare condition in operation.Txn.Conditions)
        {
            writer.WriteNumber(TxnCondition.LengthOf(condition));
            TxnCondition.Write(ref writer, condition);
        }

        WriteList(ref writer, operation.Txn.Success);
        WriteList(ref writer, operation.Txn.Failure);
    }

    private static CommandReader ChosenList(ref CommandReader reader, bool succeeded)
    {
        ReadOnlySpan<byte> success = reader.ReadBytes();
        ReadOnlySpan<byte> failure = reader.ReadBytes();
        reader.RequireEnd();
        return new CommandReader(succeeded ? success : failure);
    }

    private static long ConditionsLength(Txn txn)
    {
        long length = 0;
        foreach (Compare condition in txn.Conditions)
        {
            length += CommandWriter.BytesLength(TxnCondition.LengthOf(condition));
        }

        return length;
    }

    private OperationHandler ReadKind(ref CommandReader list)
    {
        OperationHandler handler = table.Get((OperationKind)list.ReadByte());
        return handler.IsTransactional
            ? handler
            : throw new InvariantViolationException(
                $"A transaction holds an operation of kind {handler.Kind}, which must be a command of its own.");
    }

    private string? FaultOfList(ReadOnlySpan<byte> list, byte format, int depth)
    {
        CommandReader reader = new(list);
        string? fault = null;
        while (fault is null && !reader.AtEnd)
        {
            OperationKind kind = (OperationKind)reader.ReadByte();
            fault = table.FaultOf(kind, reader.ReadBytes(), format, depth);
        }

        return fault;
    }

    private void CheckList(ImmutableArray<Operation> list, RequestValidator limits, TxnScope scope)
    {
        scope.AddOperations(list.Length);
        foreach (Operation operation in list)
        {
            if (operation is null)
            {
                throw new InvalidRequestException("txn", "An operation is null.");
            }

            table.HandlerOf(operation).Check(operation, limits, scope);
        }
    }

    /// <summary>The keys that a transaction may write on any of its paths.</summary>
    /// <exception cref="InvalidRequestException">One path writes a key twice.</exception>
    private TxnWrites WritesOf(Txn txn)
    {
        TxnWrites writes = WritesOf(txn.Success);
        writes.AddAlternative(WritesOf(txn.Failure));
        return writes;
    }

    private TxnWrites WritesOf(ImmutableArray<Operation> list)
    {
        TxnWrites writes = new();
        foreach (Operation operation in list)
        {
            table.HandlerOf(operation).AddWrites(operation, writes);
        }

        return writes;
    }

    private long ListLength(ImmutableArray<Operation> list)
    {
        long length = 0;
        foreach (Operation operation in list)
        {
            length += 1 + CommandWriter.BytesLength(table.HandlerOf(operation).LengthOf(operation));
        }

        return length;
    }

    private void WriteList(ref CommandWriter writer, ImmutableArray<Operation> list)
    {
        writer.WriteNumber(ListLength(list));
        foreach (Operation operation in list)
        {
            OperationHandler handler = table.HandlerOf(operation);
            writer.WriteByte((byte)handler.Kind);
            writer.WriteNumber(handler.LengthOf(operation));
            handler.Write(ref writer, operation);
        }
    }
}
