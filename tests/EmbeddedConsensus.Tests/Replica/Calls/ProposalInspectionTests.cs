using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>What a leader takes into its log from others: only what every member can execute.</summary>
public sealed class ProposalInspectionTests
{
    private static readonly MemberId Leader = new(1);
    private static readonly MemberId Sender = new(2);

    // After the header, the empty list of conditions and the length of the success list.
    private const int InnerKindOffset = CommandHeader.Length + 2;

    [Fact]
    [Trait("Scenario", "39")]
    [Trait("Case", "T14")]
    public void Only_commands_that_can_be_executed_get_into_the_log()
    {
        ReplicaCore core = LeadingCore();
        ulong before = core.Node.LastIndex;

        core.Step(Proposal(Command()));
        Assert.Equal(before + 1, core.Node.LastIndex);
        Assert.Null(core.Inspection.FirstFault);

        core.Pump();
        core.Effects.Clear();
        foreach (byte[] command in Unsound())
        {
            core.Step(Proposal(Command(), command) with { Context = 5 });
            core.Pump();
            RaftMessage answer = Assert.Single(
                core.Effects.Messages, message => message.Type == RaftMessageType.ProposeRejected);
            Assert.Equal((Sender, 5UL, true), (answer.To, answer.Context, answer.Reject));
            core.Effects.Clear();
        }

        Assert.Equal(before + 1, core.Node.LastIndex);
        Assert.Equal(Unsound().Count(), core.Inspection.DroppedMessages);
        Assert.Contains("Member 2 proposes", core.Inspection.FirstFault, StringComparison.Ordinal);
    }

    private static IEnumerable<byte[]> Unsound()
    {
        byte[] damaged = Command();
        damaged[^6] ^= 1;
        byte[] newer = Command();
        newer[0] = CommandFormat.Newest + 1;
        yield return [];
        yield return [1, 2, 3];
        yield return damaged;
        yield return newer;
        yield return Command(spoil: command => command[1] = 99);
        yield return Command(spoil: command => command[2] = 2);
        yield return Command(spoil: command => command[InnerKindOffset] = 99, operation: InTxn(Op.Put("k", "v")));
        yield return Command(operation: InTxn(new CompactOperation(1)));
        yield return DeeplyNested();
        yield return Command(operation: Op.Put("", "v"));
        yield return Command(operation: Op.Put("k", "v", lease: -1));
        yield return Command(operation: new DeleteOperation(default, false));
        yield return Command(operation: new RangeOperation(KeyRange.All, new RangeOptions { Limit = -1 }));
        yield return Command(operation: new RangeOperation(KeyRange.All, new RangeOptions { Revision = -1 }));
        yield return Command(operation: new CompactOperation(-1));
        yield return Command(operation: new LeaseGrantOperation(0, 1));
        yield return Command(operation: new LeaseGrantOperation(1, 0));
        yield return Command(spoil: command => command[CommandHeader.Length + 1] = 99);
        yield return Command(origin: 3);
    }

    private static TxnOperation InTxn(Operation operation) => new(Txn.Do(operation));

    private static byte[] Command(ulong origin = 2, Action<byte[]>? spoil = null, Operation? operation = null)
    {
        operation ??= Op.Put("k", "v");
        byte[] command = new byte[OperationTable.Default.CommandLengthOf(operation)];
        OperationTable.Default.WriteCommand(command, operation);
        spoil?.Invoke(command);
        CommandSeal.Seal(command, CommandFormat.Newest, new ProposalId(new MemberId(origin), 1, 1));
        return command;
    }

    private static byte[] DeeplyNested()
    {
        Txn deep = Txn.Do();
        for (int i = 0; i < 1_000; i++)
        {
            deep = Txn.Do(Op.Txn(deep));
        }

        return Command(operation: new TxnOperation(deep));
    }

    private static RaftMessage Proposal(params byte[][] commands) => new()
    {
        Type = RaftMessageType.Propose, From = Sender, To = Leader,
        Entries = commands.Select(command => new LogEntry(0, 0, LogEntryKind.Command, command)).ToArray(),
    };

    private static ReplicaCore LeadingCore()
    {
        RaftNode node = new(
            new RaftOptions { Id = Leader, Seed = 1 }, RecoveredLog.Empty, null,
            ClusterConfiguration.OfVoters(Leader) with { ClusterId = 1, Learners = [Sender] });
        ReplicaCore core = new(new ReplicaCoreOptions(), node, Leader, 1);
        node.Campaign();
        while (core.Pump() || core.Effects.Append is not null)
        {
            ulong? append = core.Effects.Append?.Id;
            core.Effects.Clear();
            if (append is { } id)
            {
                core.AppendCompleted(id);
            }
        }

        Assert.Equal(RaftRole.Leader, node.Role);
        return core;
    }
}
