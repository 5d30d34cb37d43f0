using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>What a leader takes into its log from others: only what every member can execute.</summary>
public sealed class ProposalInspectionTests
{
    private static readonly MemberId Leader = new(1);
    private static readonly MemberId Sender = new(2);

    [Fact]
    [Trait("Scenario", "39")]
    public void Only_commands_that_can_be_executed_get_into_the_log()
    {
        ReplicaCore core = LeadingCore();
        ulong before = core.Node.LastIndex;

        core.Step(Proposal(Command()));
        Assert.Equal(before + 1, core.Node.LastIndex);
        Assert.Null(core.Inspection.FirstFault);

        foreach (byte[] command in Unsound())
        {
            core.Step(Proposal(Command(), command));
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
        yield return Command(kind: 99);
        yield return Command(origin: 3);
    }

    private static byte[] Command(ulong origin = 2, byte kind = (byte)CommandKind.Put)
    {
        byte[] command = new byte[CommandEncoder.PutLength(1, 1)];
        CommandEncoder.WritePut(command, "k"u8, "v"u8, CommandFlags.None);
        command[1] = kind;
        return CommandSeal.Seal(command, CommandFormat.Newest, new ProposalId(new MemberId(origin), 1, 1)).ToArray();
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
