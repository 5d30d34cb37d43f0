using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>Deletes keys.</summary>
internal sealed record DeleteRequest(KeyRange Range, bool ReturnPrevious) : WriteRequest
{
    /// <inheritdoc />
    public override Memory<byte> Encode() => Encode(output => CommandEncoder.WriteDelete(
        output, Range, ReturnPrevious ? CommandFlags.ReturnPrevious : CommandFlags.None));
}
