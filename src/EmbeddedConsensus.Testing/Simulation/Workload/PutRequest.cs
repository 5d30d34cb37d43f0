using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>Puts a key.</summary>
internal sealed record PutRequest(Key Key, Value Value, bool ReturnPrevious) : WriteRequest
{
    /// <inheritdoc />
    public override Memory<byte> Encode()
    {
        byte[] command = new byte[CommandEncoder.PutLength(Key.Length, Value.Length)];
        CommandEncoder.WritePut(
            command, Key.Span, Value.Span, ReturnPrevious ? CommandFlags.ReturnPrevious : CommandFlags.None);
        return command;
    }
}
