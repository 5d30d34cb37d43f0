using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Tests.StateMachine;

public sealed class CommandFormatTests : IDisposable
{
    private static readonly ProposalId Id = new(new MemberId(1), 1, 1);

    private readonly Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData(CommandFormat.Plain)]
    [InlineData(CommandFormat.Checksummed)]
    public void Every_format_does_the_same(byte version)
    {
        ReadOnlyMemory<byte> command = CommandSeal.Seal(EncodePut(), version, Id);

        Assert.Equal(version, command.Span[0]);
        Assert.Equal(2, _machine.TryRunSealed(command)?.Revision);
        Assert.Equal("value", _machine.Get("key"));
    }

    [Fact]
    [Trait("Scenario", "39")]
    public void A_bit_that_flips_behind_the_seal_stops_the_replica_before_it_changes_anything()
    {
        byte[] command = CommandSeal.Seal(EncodePut(), CommandFormat.Checksummed, Id).ToArray();
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
        using ReplicatedStateMachine old = new(new MvccOptions()) { NewestFormat = CommandFormat.Plain };
        ReadOnlyMemory<byte> command = CommandSeal.Seal(EncodePut(), CommandFormat.Checksummed, Id);

        InvariantViolationException refusal = Assert.Throws<InvariantViolationException>(
            () => old.Apply([new LogEntry(1, 1, LogEntryKind.Command, command)], _machine));

        Assert.Contains("format version 2", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("newer", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(CommandHeader.Length - 1)]
    [InlineData(CommandHeader.Length)]
    [InlineData(CommandHeader.Length + CommandSeal.ReservedLength - 1)]
    public void A_command_that_is_cut_off_is_refused(int length)
    {
        byte[] command = CommandSeal.Seal(EncodePut(), CommandFormat.Checksummed, Id).ToArray();

        Assert.Throws<InvariantViolationException>(() => _machine.TryRunSealed(command.AsMemory(0, length)));
    }

    private static byte[] EncodePut()
    {
        byte[] command = new byte[CommandEncoder.PutLength(3, 5)];
        CommandEncoder.WritePut(command, "key"u8, "value"u8, CommandFlags.None);
        return command;
    }
}
