using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>A write that a simulated caller makes.</summary>
internal abstract record WriteRequest
{
    /// <summary>What the store is asked to do.</summary>
    public abstract Operation Operation { get; }

    /// <summary>The command that stands for it in the log.</summary>
    public Memory<byte> Encode()
    {
        byte[] command = new byte[OperationTable.Default.CommandLengthOf(Operation)];
        OperationTable.Default.WriteCommand(command, Operation);
        return command;
    }
}
