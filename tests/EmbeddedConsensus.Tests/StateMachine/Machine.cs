using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Tests.StateMachine;

/// <summary>A state machine that is given commands one by one, as a lone member's log would.</summary>
internal sealed class Machine : IApplySink, IDisposable
{
    private readonly RequestValidator _limits = new(1 << 20, 128);
    private ulong _sequence;
    private ApplyResult? _result;

    public ReplicatedStateMachine State { get; init; } = new(new MvccOptions());

    public ApplyResult Put(Key key, Value value, bool returnPrevious = false, long lease = 0)
    {
        byte[] command = new byte[PutOperationHandler.CommandLength(key.Length, value.Length, lease)];
        PutOperationHandler.WriteCommand(command, key.Span, value.Span, returnPrevious, lease);
        return Run(command);
    }

    public ApplyResult Delete(KeyRange range, bool returnPrevious = false) =>
        Execute(new DeleteOperation(range, returnPrevious));

    public ApplyResult Compact(long revision) => Execute(new CompactOperation(revision));

    public ApplyResult RunTxn(Txn txn) => Execute(new TxnOperation(txn));

    /// <summary>Checks, encodes and applies an operation.</summary>
    public ApplyResult Execute(Operation operation)
    {
        State.Operations.HandlerOf(operation).Check(operation, _limits, scope: null);
        return Run(Encode(operation));
    }

    public TxnResult Txn(Txn txn)
    {
        ApplyResult result = RunTxn(txn);
        return result.Error is null ? (TxnResult)result.Payload! : throw result.Error;
    }

    public ApplyResult Run(byte[] command)
    {
        ApplyResult? result = TryRun(command, new ProposalId(new MemberId(1), 1, ++_sequence));
        Assert.NotNull(result);
        return result.Value;
    }

    /// <summary>Applies a command under an id; null when it was dropped as a repetition.</summary>
    public ApplyResult? TryRun(byte[] command, ProposalId id)
    {
        CommandSeal.Seal(command, State.NewestFormat, id);
        return TryRunSealed(command);
    }

    /// <summary>Applies a command as it stands in the log.</summary>
    public ApplyResult? TryRunSealed(ReadOnlyMemory<byte> command)
    {
        _result = null;
        LogEntry entry = new(State.Applied.Index + 1, 1, LogEntryKind.Command, command);
        State.Apply([entry], this);
        State.Publish();
        return _result;
    }

    public RangeResult Range(
        KeyRange range, RangeOptions? options = null, CancellationToken cancellationToken = default)
    {
        using PinnedView pinned = State.Store.OpenView();
        return RangeReader.Read(pinned.View, RangeQuery.Of(range, options ?? new RangeOptions()), cancellationToken);
    }

    public string? Get(Key key, long revision = 0)
    {
        using PinnedView pinned = State.Store.OpenView();
        return RangeReader.Get(pinned.View, key.Span, revision)?.Value.ToString();
    }

    public bool Wants(in ProposalId id) => true;

    public void Applied(in ProposalId id, in ApplyResult result) => _result = result;

    public void Dispose() => State.Dispose();

    /// <summary>The command of an operation, not yet sealed.</summary>
    public byte[] Encode(Operation operation)
    {
        byte[] command = new byte[State.Operations.CommandLengthOf(operation)];
        State.Operations.WriteCommand(command, operation);
        return command;
    }

    /// <summary>The command of an operation of this release, sealed.</summary>
    public static byte[] Sealed(Operation operation, ProposalId id, byte version = CommandFormat.Newest)
    {
        byte[] command = new byte[OperationTable.Default.CommandLengthOf(operation)];
        OperationTable.Default.WriteCommand(command, operation);
        CommandSeal.Seal(command, version, id);
        return command;
    }
}
