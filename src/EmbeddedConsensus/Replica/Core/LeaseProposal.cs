using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>A write that a leader makes for the leases. It waits for no caller.</summary>
internal sealed class LeaseProposal : PendingProposal
{
    private readonly Action _ended;

    /// <summary>A write that was not proposed yet.</summary>
    /// <param name="operation">What it does.</param>
    /// <param name="ended">Called on any thread when it was applied, or is given up.</param>
    public LeaseProposal(Operation operation, Action ended)
    {
        Operation = operation;
        byte[] command = new byte[OperationTable.Default.CommandLengthOf(operation)];
        OperationTable.Default.WriteCommand(command, operation);
        Command = command;
        _ended = ended;
    }

    /// <summary>What it does.</summary>
    public Operation Operation { get; }

    /// <inheritdoc />
    protected override void OnApplied(in ApplyResult result) => _ended();

    /// <inheritdoc />
    protected override void OnFailed(Exception exception) => _ended();
}
