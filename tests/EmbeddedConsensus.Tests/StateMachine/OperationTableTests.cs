using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Tests.StateMachine;

/// <summary>What a release that adds an operation can count on.</summary>
public sealed class OperationTableTests : IDisposable
{
    private const byte NextFormat = CommandFormat.Newest + 1;

    private static readonly OperationTable NextTable = new(
        new PutOperationHandler(), new DeleteOperationHandler(), new RangeOperationHandler(),
        new CompactOperationHandler(), new AppendOperationHandler());

    private readonly Machine _machine = new();
    private readonly Machine _next = new()
    {
        State = new ReplicatedStateMachine(new MvccOptions()) { NewestFormat = NextFormat, Operations = NextTable },
    };

    public void Dispose()
    {
        _machine.Dispose();
        _next.Dispose();
    }

    [Fact]
    public void Every_kind_has_a_handler()
    {
        foreach (OperationKind kind in Enum.GetValues<OperationKind>())
        {
            Assert.Equal(kind, OperationTable.Default.Get(kind).Kind);
        }

        Assert.Null(OperationTable.Default.Find(AppendOperationHandler.NewKind));
    }

    [Fact]
    public void An_operation_that_a_release_adds_runs_alone_and_in_a_transaction()
    {
        Assert.Equal(2, _next.Execute(new AppendOperation("a")).Revision);
        TxnResult result = _next.Txn(Txn.Do(new AppendOperation("b"), Op.Get("b")));

        Assert.Equal("appended", _next.Get("a"));
        RangeOperationResult read = Assert.IsType<RangeOperationResult>(result.Responses[1]);
        Assert.Equal("appended", read.Result.Items[0].Value.ToString());
    }

    [Fact]
    public void An_operation_needs_the_newest_format_of_any_that_it_holds()
    {
        Operation put = Op.Put("k", "v");
        TxnOperation nested = new(Txn.Do().Else(put, Op.Txn(Txn.Do(new AppendOperation("a")))));

        Assert.Equal(CommandFormat.First, NextTable.HandlerOf(put).FormatOf(put));
        Assert.Equal(NextFormat, NextTable.HandlerOf(nested).FormatOf(nested));
    }

    [Fact]
    public void A_command_with_an_operation_that_its_format_does_not_have_is_no_command()
    {
        byte[] alone = _next.Encode(new AppendOperation("a"));
        byte[] nested = _next.Encode(new TxnOperation(Txn.Do(Op.Txn(Txn.Do(new AppendOperation("a"))))));
        foreach (byte[] command in (byte[][])[alone, nested])
        {
            CommandSeal.Seal(command, CommandFormat.Newest, default);
            Assert.NotNull(OperationTable.Default.FaultOf(command, CommandFormat.Newest));
            Assert.NotNull(NextTable.FaultOf(command, NextFormat));
            CommandSeal.Seal(command, NextFormat, default);
            Assert.Null(NextTable.FaultOf(command, NextFormat));
        }
    }

    [Fact]
    [Trait("Scenario", "43")]
    public void An_unknown_operation_stops_the_replica_before_anything_runs_unless_its_branch_is_not_chosen()
    {
        byte[] chosen = _next.Encode(new TxnOperation(Txn.Do(Op.Put("k", "v"), new AppendOperation("a"))));
        byte[] skipped = _next.Encode(new TxnOperation(Txn.Do(Op.Put("k", "v")).Else(new AppendOperation("a"))));

        Assert.Throws<InvariantViolationException>(() => _machine.Run(chosen));
        Assert.Null(_machine.Get("k"));
        _machine.Run(skipped);
        Assert.Equal("v", _machine.Get("k"));
    }
}
