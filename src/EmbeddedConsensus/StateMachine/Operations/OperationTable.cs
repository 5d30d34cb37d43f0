using System.Collections.Frozen;
using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>The operations that exist.</summary>
internal sealed class OperationTable
{
    private readonly OperationHandler?[] _byKind;
    private readonly FrozenDictionary<Type, OperationHandler> _byType;

    /// <summary>A table.</summary>
    /// <param name="handlers">The operations besides the transaction, which holds them.</param>
    public OperationTable(params ReadOnlySpan<OperationHandler> handlers)
    {
        OperationHandler[] all = [.. handlers, new TxnOperationHandler(this)];
        _byKind = new OperationHandler?[all.Max(handler => (int)handler.Kind) + 1];
        foreach (OperationHandler handler in all)
        {
            _byKind[(int)handler.Kind] = handler;
        }

        _byType = all.ToFrozenDictionary(handler => handler.OperationType);
    }

    /// <summary>The operations of this release.</summary>
    public static OperationTable Default { get; } = new(
        new PutOperationHandler(),
        new DeleteOperationHandler(),
        new RangeOperationHandler(),
        new CompactOperationHandler(),
        new RetractOperationHandler(),
        new LeaseGrantOperationHandler(),
        new LeaseRevokeOperationHandler(),
        new LeaseKeepAliveOperationHandler(),
        new LeaseExpireOperationHandler(),
        new LeaseCheckpointOperationHandler());

    /// <summary>The handler of a kind; null for one that this release does not know.</summary>
    public OperationHandler? Find(OperationKind kind) => (int)kind < _byKind.Length ? _byKind[(int)kind] : null;

    /// <summary>The handler of a kind in the log.</summary>
    /// <exception cref="InvariantViolationException">The kind is unknown.</exception>
    public OperationHandler Get(OperationKind kind) =>
        Find(kind) ?? throw new InvariantViolationException(UnknownKind(kind));

    /// <summary>The handler of a request.</summary>
    public OperationHandler HandlerOf(Operation operation) => _byType[operation.GetType()];

    /// <summary>The length of the command that stands for a request, in bytes, with room for its seal.</summary>
    public long CommandLengthOf(Operation operation) =>
        CommandHeader.Length + HandlerOf(operation).LengthOf(operation) + CommandSeal.ReservedLength;

    /// <summary>Encodes a request that was checked.</summary>
    /// <param name="command">Receives the command; of its length.</param>
    /// <param name="operation">The request.</param>
    public void WriteCommand(Span<byte> command, Operation operation)
    {
        OperationHandler handler = HandlerOf(operation);
        CommandHeader.Write(command, handler.Kind);
        CommandWriter writer = new(command[CommandHeader.Length..^CommandSeal.ReservedLength]);
        handler.Write(ref writer, operation);
    }

    /// <summary>Why a sealed command cannot be executed; null when it can.</summary>
    /// <param name="command">The command.</param>
    /// <param name="newest">The newest command format to accept.</param>
    public string? FaultOf(ReadOnlySpan<byte> command, byte newest)
    {
        if (CommandSeal.FaultOf(command, newest) is { } damage)
        {
            return damage;
        }

        try
        {
            OperationKind kind = CommandSeal.Open(command, newest, out _, out ReadOnlySpan<byte> body);
            return FaultOf(kind, body, command[0], depth: 0);
        }
        catch (InvariantViolationException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Why no release can execute the operation of a command, in any state; null when one can. It depends on
    /// the bytes alone. What this release does not know is left to the execution, which skips it or stops.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="body">The encoded operation.</param>
    public string? MalformationOf(OperationKind kind, ReadOnlySpan<byte> body)
    {
        try
        {
            return FaultOf(kind, body, CommandFormat.Any, depth: 0);
        }
        catch (InvariantViolationException exception)
        {
            return exception.IsMalformed ? exception.Message : null;
        }
    }

    /// <summary>Why an encoded operation cannot be executed; null when it can.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="body">The encoded operation.</param>
    /// <param name="format">The command format that it is written in.</param>
    /// <param name="depth">How many transactions the operation is inside.</param>
    public string? FaultOf(OperationKind kind, ReadOnlySpan<byte> body, byte format, int depth) =>
        Find(kind) is not { } handler ? format == CommandFormat.Any ? null : UnknownKind(kind)
        : handler.FirstFormat > format ? UnknownKind(kind)
        : depth > 0 && !handler.IsTransactional ? $"A transaction holds an operation of kind {kind}."
        : handler.FaultOf(body, format, depth);

    private static string UnknownKind(OperationKind kind) =>
        $"A command has an operation of the unknown kind {kind}. It was written by a newer version of the library.";
}
