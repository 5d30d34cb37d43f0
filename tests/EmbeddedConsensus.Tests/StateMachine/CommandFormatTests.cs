using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Leases;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Tests.StateMachine;

public sealed class CommandFormatTests : IDisposable
{
    private static readonly ProposalId Id = new(new MemberId(1), 1, 1);

    private readonly Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void The_bytes_of_a_command_are_those_of_format_3()
    {
        ProposalId id = new(new MemberId(0x11), 0x22, 0x33);

        byte[] put = Machine.Sealed(Op.Put("key", "value"), id);
        byte[] txn = Machine.Sealed(new TxnOperation(Txn
            .If(Compare.Missing("a")).Then(Op.Put("b", "c", returnPrevious: true)).Else(Op.Get("d"))), id);

        Assert.Equal(
            "030100" + "1100000000000000" + "2200000000000000" + "3300000000000000" + "00036b6579" + "0576616c7565",
            Convert.ToHexStringLower(put.AsSpan(..^CommandSeal.ReservedLength)));
        Assert.Equal(
            "030400" + "1100000000000000" + "2200000000000000" + "3300000000000000"
                + "07" + "06" + "0000" + "016100" + "00" + "07" + "0105" + "01016201" + "63"
                + "09" + "0307" + "00000000" + "016400",
            Convert.ToHexStringLower(txn.AsSpan(..^CommandSeal.ReservedLength)));
    }

    [Fact]
    public void The_bytes_of_what_is_about_leases_are_those_of_format_3()
    {
        ProposalId id = new(new MemberId(0x11), 0x22, 0x33);
        LeaseMark mark = new(Id: 7, Renewal: 200, Remaining: 9);

        Assert.Equal(
            [
                "01" + "0207" + "036b6579" + "0576616c7565",
                "07" + "07" + "8827",
                "08" + "07",
                "09" + "08" + "0700000000000000",
                "0a" + "07c80109",
                "0b" + "07c80109",
            ],
            ((Operation[])
            [
                Op.Put("key", "value", lease: 7),
                new LeaseGrantOperation(7, 5_000),
                new LeaseRevokeOperation(7),
                new LeaseKeepAliveOperation([7]),
                new LeaseExpireOperation([mark]),
                new LeaseCheckpointOperation([mark]),
            ]).Select(operation => Machine.Sealed(operation, id)[..^CommandSeal.ReservedLength])
                .Select(command => Convert.ToHexStringLower([command[1], .. command.AsSpan(CommandHeader.Length)])));
    }

    [Fact]
    [Trait("Scenario", "39")]
    public void A_bit_that_flips_after_the_seal_stops_the_replica_before_it_changes_anything()
    {
        byte[] command = Machine.Sealed(Op.Put("key", "value"), Id);
        int bits = 8 * command.Length;
        for (int bit = 0; bit < bits; bit++)
        {
            command[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<InvariantViolationException>(() => _machine.TryRunSealed(command));
            command[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(1, _machine.State.Store.CurrentRevision);
        Assert.NotNull(_machine.TryRunSealed(command));
    }

    [Fact]
    public void An_older_release_refuses_what_it_cannot_read_and_says_what_to_do()
    {
        byte[] command = Machine.Sealed(Op.Put("key", "value"), Id, CommandFormat.Newest + 1);

        InvariantViolationException refusal = Assert.Throws<InvariantViolationException>(
            () => _machine.TryRunSealed(command));

        Assert.Contains($"format version {CommandFormat.Newest + 1}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("newer", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_formats_before_the_first_release_are_refused_with_what_to_do(byte version)
    {
        byte[] command = Machine.Sealed(Op.Put("key", "value"), Id, version);

        InvariantViolationException refusal = Assert.Throws<InvariantViolationException>(
            () => _machine.TryRunSealed(command));

        Assert.Contains($"format version {version}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("empty folder", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(CommandHeader.Length - 1)]
    [InlineData(CommandHeader.Length)]
    [InlineData(CommandHeader.Length + CommandSeal.ReservedLength - 1)]
    public void A_command_that_is_cut_off_is_refused(int length)
    {
        byte[] command = Machine.Sealed(Op.Put("key", "value"), Id);

        Assert.Throws<InvariantViolationException>(() => _machine.TryRunSealed(command.AsMemory(0, length)));
    }

    [Fact]
    public void Header_extensions_that_nothing_depends_on_are_skipped()
    {
        byte[] command = WithExtensions((byte)CommandTag.TraceContext, 2, 0xab, 0xcd, 0x7f, 1, 0xee);

        Assert.Equal(2, _machine.TryRunSealed(command)?.Revision);
        Assert.Equal("value", _machine.Get("key"));
    }

    [Theory]
    [InlineData(CommandTag.Principal)]
    [InlineData(CommandTag.IdempotencyKey)]
    [InlineData(CommandTag.Required)]
    public void A_header_extension_that_decides_what_the_command_does_is_refused_when_it_is_unknown(object tag)
    {
        byte[] command = WithExtensions((byte)CommandTag.TraceContext, 0, (byte)(CommandTag)tag, 1, 0xab);

        InvariantViolationException refusal = Assert.Throws<InvariantViolationException>(
            () => _machine.TryRunSealed(command));

        Assert.Contains("newer", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, _machine.State.Store.CurrentRevision);
        Assert.NotNull(OperationTable.Default.FaultOf(command, CommandFormat.Newest));
    }

    [Fact]
    public void A_put_carries_its_lease_when_a_flag_says_so()
    {
        _machine.Execute(new LeaseGrantOperation(77, 1_000));
        byte[] command = [.. _machine.Encode(Op.Put("key", "value"))];
        byte[] leased =
        [
            .. command.AsSpan(..CommandHeader.Length), 2, 77, .. command.AsSpan((CommandHeader.Length + 1)..),
        ];
        CommandSeal.Seal(leased, CommandFormat.Newest, Id with { Sequence = 2 });

        Assert.NotNull(_machine.TryRunSealed(leased));
        Assert.True(_machine.State.Store.WriterView.TryGet("key"u8, 0, out MvccRecord record));
        Assert.Equal(77, record.Lease);
        Assert.Equal("value", _machine.Get("key"));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(128)]
    public void A_flag_that_this_version_cannot_execute_is_refused(byte flags)
    {
        byte[] command = _machine.Encode(Op.Put("key", "value"));
        command[CommandHeader.Length] = flags;
        CommandSeal.Seal(command, CommandFormat.Newest, Id);

        Assert.Throws<InvariantViolationException>(() => _machine.TryRunSealed(command));
    }

    [Fact]
    [Trait("Case", "T14")]
    public void A_malformed_command_in_the_log_is_dropped_and_answered_and_the_next_one_runs()
    {
        ProposalId id = Id;
        foreach (byte[] body in (byte[][])[[], [0], [0, 3, 1], [0, 0, 0], [0, 1, 107, 0, 9], [2, 0, 1, 107, 0]])
        {
            ApplyResult? result = _machine.TryRunSealed(Put(body, id));

            Assert.IsType<InvariantViolationException>(result?.Error);
            Assert.True(_machine.State.Sessions.IsApplied(id));
            Assert.False(_machine.State.Sessions.FindOutcome(id)?.WasExecuted);
            id = id with { Sequence = id.Sequence + 1 };
        }

        Assert.Equal(6, _machine.State.DroppedCommands);
        Assert.Contains("cannot be executed", _machine.State.FirstFault, StringComparison.Ordinal);
        Assert.Equal(1, _machine.State.Store.CurrentRevision);
        Assert.Equal(2, _machine.TryRunSealed(Machine.Sealed(Op.Put("k", "v"), id))?.Revision);
    }

    private static byte[] Put(byte[] body, in ProposalId id)
    {
        byte[] command = new byte[CommandHeader.Length + body.Length + CommandSeal.ReservedLength];
        CommandHeader.Write(command, OperationKind.Put);
        body.CopyTo(command, CommandHeader.Length);
        CommandSeal.Seal(command, CommandFormat.Newest, id);
        return command;
    }

    private static byte[] WithExtensions(params ReadOnlySpan<byte> extensions)
    {
        byte[] plain = Machine.Sealed(Op.Put("key", "value"), Id);
        byte[] command =
        [
            .. plain.AsSpan(..CommandHeader.Length), (byte)extensions.Length, .. extensions,
            .. plain.AsSpan(CommandHeader.Length..),
        ];
        command[2] = CommandHeader.HasExtensions;
        CommandSeal.Seal(command, CommandFormat.Newest, Id);
        return command;
    }
}
