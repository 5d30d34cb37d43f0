using System.Buffers;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Tests.StateMachine;

/// <summary>A state machine that is given commands one by one, as a lone member's log would.</summary>
internal sealed class Machine : IApplySink, IDisposable
{
    private readonly RequestValidator _validator = new(1 << 20, 128);
    private ulong _sequence;
    private ApplyResult? _result;

    public ReplicatedStateMachine State { get; private set; } = new(new MvccOptions());

    public ApplyResult Put(Key key, Value value, bool returnPrevious = false)
    {
        byte[] command = new byte[CommandEncoder.PutLength(key.Length, value.Length)];
        CommandEncoder.WritePut(
            command, key.Span, value.Span, returnPrevious ? CommandFlags.ReturnPrevious : CommandFlags.None);
        return Run(command);
    }

    public ApplyResult Delete(KeyRange range, bool returnPrevious = false) => Run(Encode(output =>
        CommandEncoder.WriteDelete(output, range, returnPrevious ? CommandFlags.ReturnPrevious : CommandFlags.None)));

    public ApplyResult Compact(long revision) => Run(Encode(output => CommandEncoder.WriteCompact(output, revision)));

    public ApplyResult RunTxn(Txn txn)
    {
        _validator.CheckTxn(txn);
        return Run(Encode(output => CommandEncoder.WriteTxn(output, txn)));
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
    public ApplyResult? TryRun(byte[] command, ProposalId id) =>
        TryRunSealed(CommandSeal.Seal(command, CommandFormat.Newest, id));

    /// <summary>Applies a command as it stands in the log.</summary>
    public ApplyResult? TryRunSealed(ReadOnlyMemory<byte> command)
    {
        _result = null;
        LogEntry entry = new(State.Applied.Index + 1, 1, LogEntryKind.Command, command);
        State.Apply([entry], this);
        State.Publish();
        return _result;
    }

    public RangeResult Range(KeyRange range, RangeOptions? options = null)
    {
        using PinnedView pinned = State.Store.OpenView();
        return RangeReader.Read(pinned.View, RangeQuery.Of(range, options ?? new RangeOptions()));
    }

    public string? Get(Key key, long revision = 0)
    {
        using PinnedView pinned = State.Store.OpenView();
        return RangeReader.Get(pinned.View, key.Span, revision)?.Value.ToString();
    }

    public bool Wants(in ProposalId id) => true;

    public void Applied(in ProposalId id, in ApplyResult result) => _result = result;

    public void Dispose() => State.Dispose();

    public static byte[] Encode(Action<IBufferWriter<byte>> write)
    {
        ArrayBufferWriter<byte> output = new();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}
